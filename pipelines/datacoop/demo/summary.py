"""What a play found, in the form that stays stable, and the promises held against it."""

from dataclasses import asdict
from typing import Any

from datacoop.demo.auditor import COLLECTION
from datacoop.demo.labelling import GOLD_COLLECTION
from datacoop.demo.play import Outcome, card_path, peak_memory_bytes

SOUND_SHARE = 0.98
"""At least this share of the sound rows must come through: quarantining all is no safety."""


def summary(found: Outcome) -> dict[str, Any]:
    """Give the outcome of a play as plain JSON."""
    leaks = found.leaks
    verified = found.verified
    return {
        "submissions": {
            name: {
                "member": receipt.member,
                "collection": receipt.collection,
                "outcome": receipt.outcome,
                "rows": receipt.rows,
                "rows_counted_independently": found.counted[name],
                "states": receipt.states,
                "reasons": receipt.quarantine_reasons,
            }
            for name, receipt in found.receipts.items()
        },
        "sound_rows": {"sent": sound_rows(found), "accepted": found.sound_accepted},
        "broken_rows": {
            "sent": sum(len(play.broken) for play in found.plays),
            "accepted": found.broken_accepted,
        },
        "leaks": {
            entity: {"planted": count, "leaked": leaks.leaked[entity] if leaks else None}
            for entity, count in (leaks.planted if leaks else {}).items()
        },
        "leaks_by_place": leaks.places if leaks else {},
        "labels": {
            name: {
                "tasks": found.asked[name].tasks,
                "tasks_votes": found.collected[name].votes_in_all,
                "fixed_votes": found.asked[name].fixed_votes,
                "gold_answers": found.asked[name].gold_answers,
                "paused": found.asked[name].paused,
                "labels": labelled,
                "right": right,
                "accuracy": round(right / labelled, 4) if labelled else None,
                "krippendorff_alpha": found.collected[name].alpha,
                "annotators": "simulated",
            }
            for name, (right, labelled) in found.label_accuracy.items()
        },
        "leak_audit": _audit(found),
        "versions": [
            {
                "collection": manifest.collection,
                "version": manifest.version,
                "rows": manifest.rows,
                "shards": [shard.sha256 for shard in manifest.shards],
                "card": card_path(manifest),
            }
            for manifest in found.versions
        ],
        "rows_read": found.rows_read,
        "withdrawn_rows_in_next_version": found.withdrawn_rows_in_next,
        "verified": verified.is_sound if verified else False,
        "seconds": found.seconds,
        "peak_memory_bytes": peak_memory_bytes(),
    }


def _audit(found: Outcome) -> dict[str, Any]:
    audit = found.audit
    if audit is None:
        return {}
    return {
        "collection": COLLECTION,
        "auditors": "simulated",
        "marks": audit.marks,
        "rows_barred": audit.barred,
        "gold": audit.gold,
        "languages": [asdict(one) for one in audit.languages],
        "leaks_in_versions": found.nicknames_read,
    }


def sound_rows(found: Outcome) -> int:
    """Count the sound rows that the members sent."""
    return sum(play.sound_rows for play in found.plays)


def broken_promises(found: Outcome, *, strict_leaks: bool) -> list[str]:
    """Say which promises did not hold; none is what a play is for."""
    broken = []
    for name, receipt in found.receipts.items():
        if not receipt.rows == found.counted[name] == sum(receipt.states.values()):
            broken.append(f"rows are not conserved in {name}")
    if found.sound_accepted < SOUND_SHARE * sound_rows(found):
        broken.append("too many sound rows were held back")
    if found.broken_accepted:
        broken.append(f"{found.broken_accepted} broken rows came through")
    if found.leaks is None:
        broken.append("leaks were not searched for")
    else:
        for entity, count in found.leaks.broken(strict=strict_leaks).items():
            broken.append(f"{count} planted values of {entity} leaked")
    if found.verified is None or not found.verified.is_sound:
        broken.append("the pool does not verify")
    if found.nicknames_read:
        broken.append(f"a leak that auditors found is in {found.nicknames_read} released rows")
    if found.audit is not None and not found.audit.was_refused_before:
        broken.append("a release was built before its leak audit")
    if found.asked and not found.asked[GOLD_COLLECTION].paused:
        broken.append("a careless annotator was not paused")
    if found.withdrawn_rows_in_next:
        broken.append("a withdrawn submission has rows in the next version")
    return broken


def counted_leaks(found: Outcome) -> str:
    """Say which leaks are counted and not yet promised away; empty when there are none."""
    leaks = found.leaks
    said = [f"{n} of {leaks.planted[e]} {e}" for e, n in leaks.leaked.items() if n] if leaks else []
    return ", ".join(said)
