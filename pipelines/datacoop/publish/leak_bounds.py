"""Bounds on leaks: how many rows may still say who somebody is, for a release to be made."""

from collections.abc import Mapping, Sequence

from datacoop.pool.leaks import AuditLook


def unmet_bounds(
    limit_permille: int | None,
    frame: str,
    rows: Mapping[str, int],
    looks: Mapping[str, Sequence[AuditLook]],
) -> list[str]:
    """Say in which languages the bound of a release policy is not met; nothing when it is.

    Args:
        limit_permille: Most rows of a thousand that may leak; none where nothing is asked.
        frame: Digest of the submissions that are to be released: an audit of others says nothing.
        rows: Rows to be released by language, those barred as leaks among them.
        looks: Every look in the log by language, in order.
    """
    if limit_permille is None:
        return []
    unmet = []
    for language, count in sorted(rows.items()):
        made = [look for look in looks.get(language, ()) if look.frame == frame]
        if not made:
            unmet.append(f"{language}: no leak audit of these {count} rows is finished")
        elif made[-1].most * 1000 > limit_permille * count:
            last, allowed = made[-1], limit_permille * count // 1000
            unmet.append(
                f"{language}: up to {last.most} of {count} rows may leak, {allowed} are allowed "
                f"(seen: {last.leaks} of {last.sample}; the audit says {last.outcome})"
            )
    return unmet
