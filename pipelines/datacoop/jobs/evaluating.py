"""The evaluation of a scrub as a fact in the log, which a release can ask for."""

from collections.abc import Mapping, Sequence

from datacoop.jobs.contracts import contract_of
from datacoop.pool.keys import SigningKey
from datacoop.pool.log import Draft
from datacoop.pool.pool import Pool
from datacoop.pool.state import State


def record_evaluation(
    pool: Pool,
    name: str,
    recall: Mapping[str, tuple[int, int]],
    *,
    part: str,
    gold: Sequence[str],
    operator: SigningKey,
    code_version: str,
    created_utc: str,
) -> int:
    """Enter figures of the scrub of a collection into the log; give the entry's number.

    Args:
        recall: For each gold label, how many mentions were found, and how many there are.
        part: Which rows of the gold were counted.
        gold: Digests of the gold files.

    Raises:
        RefusedError: The pool has no such collection.
    """
    collection = contract_of(pool, pool.require(), name)
    body = {
        "collection": name,
        "contract": collection.digest,
        "scrub_policy": collection.scrub.id,
        "code_version": code_version,
        "part": part,
        "gold": sorted(gold),
        "recall": {label: list(counts) for label, counts in sorted(recall.items())},
    }

    def decide(_: State) -> Draft:
        return Draft(kind="scrub_evaluated", body=body)

    entry = pool.append(decide, operator, created_utc=created_utc)
    return pool.state().length if entry is None else entry.number
