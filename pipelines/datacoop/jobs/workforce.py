"""The workforce and the gold of a pool: kept by the operator, entered by digest alone."""

import hashlib
import hmac
from pathlib import Path

from datacoop.errors import RefusedError, SettingsError
from datacoop.jobs.contracts import contract_of
from datacoop.jobs.gold_store import gold_votes, keep_gold, known_gold
from datacoop.jobs.labelling import labelled_records
from datacoop.label.gold import Use, merge_gold, read_gold
from datacoop.label.standing import paused_annotators
from datacoop.label.studio_json import utc
from datacoop.label.workforce import Workforce, parse_workforce
from datacoop.pool.keys import SigningKey
from datacoop.pool.log import Draft
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.pool import Pool
from datacoop.pool.state import State
from datacoop.records.columns import RECORD_ID
from datacoop.records.digest import salted_digest


def read_workforce(path: Path) -> Workforce:
    """Read a workforce file.

    Raises:
        SettingsError: It cannot be read, or has faults.
    """
    return parse_workforce(_text(path), name=path.name)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"cannot read {path}", hint="Give a file in UTF-8, as docs/labelling.md shows it."
        ) from error


def enter_workforce(
    pool: Pool, path: Path, operator: SigningKey, annotator_key: bytes, *, created_utc: str
) -> Workforce:
    """Check a workforce file, enter which one holds from now on, and give it.

    Few people speak a language at a level in a domain, so the file itself stays with the
    operator, and its digest is salted: an auditor who is shown the file can tell that it is the
    one that held.
    """
    workforce = read_workforce(path)
    digest = salted_digest(_derived(annotator_key, "workforce"), _text(path).encode())
    body = {"workforce": digest, "annotators": len(workforce)}

    def decide(state: State) -> Draft | None:
        return None if state.workforce == digest else Draft(kind="workforce_set", body=body)

    pool.append(decide, operator, created_utc=created_utc)
    return workforce


def add_gold(
    pool: Pool,
    store: ObjectStore,
    name: str,
    text: str,
    use: Use,
    operator: SigningKey,
    annotator_key: bytes,
    *,
    created_utc: str,
) -> dict[Use, int]:
    """Put records with known answers to the gold of a collection, and enter its digest.

    The answers lie in `store` alone; the log tells how many there are, never which.

    Args:
        text: JSON Lines, as `label.gold.read_gold` takes them.

    Returns:
        How many records there are now, by use.

    Raises:
        RefusedError: A line has a fault; all are listed, and nothing is taken.
    """
    state = pool.require()
    collection = contract_of(pool, state, name)
    known = frozenset(labelled_records(pool, state, name)[RECORD_ID].to_pylist())
    new, faults = read_gold(text, use, known, collection.labelling.values)
    if faults:
        lines = "".join(f"\n  {fault}" for fault in faults)
        raise RefusedError(
            f"the gold has {len(faults)} fault{'s' * (len(faults) != 1)}:{lines}",
            hint="Mend the lines named, then run the command again.",
        )
    gold = merge_gold(known_gold(store, name).values(), new)
    content = keep_gold(store, name, gold)
    digest = salted_digest(_derived(annotator_key, "gold"), content)
    counts = {use: sum(one.use is use for one in gold) for use in Use}
    body = {"collection": name, "gold": digest, "count": len(gold)}

    def decide(current: State) -> Draft | None:
        is_entered = current.gold.get(name) == digest
        return None if is_entered else Draft(kind="gold_set", body=body)

    pool.append(decide, operator, created_utc=created_utc)
    return counts


def enter_paused(
    pool: Pool, store: ObjectStore, name: str, operator: SigningKey, *, created_utc: str
) -> dict[str, str]:
    """Enter who is paused by their answers to gold; give all who are, and when.

    Labels follow from votes and from who was paused when. Gold cannot be shown to those who
    compute them again, so the outcome is entered.
    """
    policy = contract_of(pool, pool.require(), name).labelling.workforce
    answers, gold = gold_votes(store, name), known_gold(store, name)

    def decide(state: State) -> Draft | None:
        known = state.paused.get(name, {})
        found = paused_annotators(answers, gold, policy, state.resumed.get(name, ()))
        new = {annotator: when for annotator, when in found.items() if annotator not in known}
        body = {"collection": name, "paused": new}
        return Draft(kind="annotators_paused", body=body) if new else None

    pool.append(decide, operator, created_utc=created_utc)
    return dict(pool.state().paused.get(name, {}))


def resume_annotator(
    pool: Pool,
    name: str,
    annotator: str,
    operator: SigningKey,
    *,
    resumed_utc: str,
    created_utc: str,
) -> None:
    """Let a paused annotator go on; their answers to gold are counted anew from now on.

    Votes that fell when they were paused stay fallen: others were asked instead.

    Args:
        resumed_utc: Now, by the clock that votes are dated by: those from then on count. Where it
            is before the pause, as after a clock was set back, those after the pause do.

    Raises:
        RefusedError: The log does not say that they are paused.
    """

    def decide(state: State) -> Draft | None:
        if annotator not in state.paused.get(name, {}):
            raise RefusedError(
                f"no annotator {annotator!r} is paused in {name!r}",
                hint="See `datacoop label gold standing`; with --enter it enters who is paused.",
            )
        resumed = max(utc(resumed_utc), state.paused[name][annotator])
        body = {"collection": name, "annotator": annotator, "resumed_utc": resumed}
        return Draft(kind="annotator_resumed", body=body)

    pool.append(decide, operator, created_utc=created_utc)


def gold_key(annotator_key: bytes) -> bytes:
    """Give the secret that decides which turns are gold."""
    return _derived(annotator_key, "turns")


def _derived(annotator_key: bytes, purpose: str) -> bytes:
    """Give a secret of its own for a purpose, so that none tells anything of another."""
    return hmac.new(annotator_key, f"datacoop.{purpose}.v1".encode(), hashlib.sha256).digest()
