"""Floors: how much of what is personal a scrub must have found on gold before a release."""

from collections.abc import Mapping

from datacoop.pool.state import ScrubEvaluation


def unmet_floors(
    floors: Mapping[str, int],
    evaluation: ScrubEvaluation | None,
    *,
    contract: str,
    code_version: str,
) -> list[str]:
    """Say why the floors of a release policy do not hold; nothing when they do.

    Args:
        floors: Least recall by gold label, in percent.
        evaluation: The newest one in the log.
        contract: Digest of the collection's contract as it is now: other rules, other figures.
        code_version: Of datacoop, as it is now.
    """
    if not floors:
        return []
    if evaluation is None:
        return ["the log has no evaluation of the scrub"]
    if (evaluation.contract, evaluation.code_version) != (contract, code_version):
        return ["the last evaluation of the scrub is of another contract or code version"]
    unmet = []
    for label, floor in sorted(floors.items()):
        found, mentions = evaluation.recall.get(label, (0, 0))
        if not mentions:
            unmet.append(f"{label}: the gold has none; {floor} % must be found")
        elif found * 100 < floor * mentions:
            unmet.append(f"{label}: {found} of {mentions} found; {floor} % must be")
    return unmet
