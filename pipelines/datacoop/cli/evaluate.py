"""`datacoop evaluate`: figures on gold data."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from datacoop import __version__
from datacoop.cli.collection import scrub_policy
from datacoop.cli.common import (
    FOLDER,
    config_option,
    emit,
    json_option,
    open_pool,
    operator_key,
    pool_option,
    progress_bar,
    settings_from,
    table,
    utc_now,
)
from datacoop.errors import SettingsError
from datacoop.jobs.contracts import contract_of
from datacoop.jobs.evaluating import record_evaluation
from datacoop.records.digest import sha256_hex
from datacoop.scrub.evaluation import Evaluation, Miss, Slice, Tally, evaluate
from datacoop.scrub.gold import NO_MASK, PARTS, part_of, read_gold
from datacoop.scrub.names import installed_models


@click.group("evaluate")
def command() -> None:
    """Figures on gold data: what a policy finds, and what it misses.

    \b
    Example:
      datacoop evaluate scrub gold.jsonl --policy documents
    """


@command.command("scrub")
@click.argument("gold", nargs=-1, type=FOLDER, required=True)
@click.option("--policy", help="A policy or a collection that ships, or a file of a policy.")
@click.option(
    "--record",
    metavar="COLLECTION",
    help="Measure the policy of a collection of the pool, and enter the figures into its log.",
)
@click.option(
    "--part",
    type=click.Choice(PARTS),
    default="test",
    show_default=True,
    help="Tune on train (four fifths), report on test.",
)
@click.option(
    "--show-misses",
    is_flag=True,
    help="Print the worst twenty misses WITH THEIR TEXT: for your own desk, and for --part train.",
)
@pool_option
@config_option
@json_option
def scrub(
    gold: tuple[Path, ...],
    policy: str | None,
    record: str | None,
    part: str,
    show_misses: bool,
    pool_url: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Measure how much of what is marked in GOLD a policy takes out.

    GOLD holds one JSON object a line: {"id", "lang", "text", "spans": [{"start", "end", "label"}]}.
    A span may have a "kind" (DIRECT, QUASI, NO_MASK) and an "entity_id". A span is found when all
    its letters and digits are taken out, a title before it (Mr, Frau) apart. The interval is that
    of Clopper and Pearson, 95 %. What the policy keeps counts as left, what it cuts to a year as
    taken out.

    \b
    Example:
      datacoop evaluate scrub gold.jsonl --policy documents --part train --show-misses
      datacoop evaluate scrub gold.jsonl --record documents --pool pool
    """
    if (policy is None) == (record is None):
        raise click.UsageError("give --policy, or --record for one of the pool")
    settings = settings_from(config, pool=pool_url)
    pool = open_pool(settings) if record else None
    if pool is not None and record is not None:
        chosen = contract_of(pool, pool.require(), record).scrub
    else:
        chosen = scrub_policy(policy or "")
    rows = [row for path in gold for row in part_of(read_gold(path), part)]
    if not rows:
        raise SettingsError(f"no gold row is in part {part!r}", hint="Try --part all.")
    # Loaded here: the recognizers take seconds, and what is wrong with the gold is told before.
    from datacoop.scrub.finder import PolicyFinder

    finder = PolicyFinder(chosen, sorted({row.language for row in rows}), installed_models())
    with progress_bar("evaluate", quiet=as_json) as progress:
        found = evaluate(rows, chosen, finder, progress)
    value = {"policy": chosen.id, "part": part, **summary(found)}
    if pool is not None and record is not None:
        value["log_entry"] = record_evaluation(
            pool,
            record,
            recall_by_label(found),
            part=part,
            gold=[sha256_hex(path.read_bytes()) for path in gold],
            operator=operator_key(settings),
            code_version=__version__,
            created_utc=utc_now(),
        )
    lines = _lines(found, f"Policy {chosen.id}, part {part}, {found.records} records")
    if show_misses:
        value["misses"] = [asdict(miss) | {"span": miss.span._asdict()} for miss in found.misses]
        lines.append(_misses(found.misses))
    emit(as_json, value, *lines)


def summary(found: Evaluation) -> dict[str, Any]:
    """Give the figures as plain values; shares are null where nothing was there to count."""
    return {
        "records": found.records,
        "not_searched": dict(found.not_searched),
        "languages": [
            {
                "language": language,
                **asdict(cover),
                "character_precision": cover.precision,
                **_figures(found.tallies[Slice(language)]),
            }
            for language, cover in found.covers.items()
        ],
        "spans": [part._asdict() | _figures(tally) for part, tally in found.tallies.items()],
    }


def recall_by_label(found: Evaluation) -> dict[str, tuple[int, int]]:
    """Give mentions found and mentions in all by gold label, languages and kinds together."""
    counts: dict[str, tuple[int, int]] = {}
    for part, tally in found.tallies.items():
        if part.label and part.kind != NO_MASK:
            before = counts.get(part.label, (0, 0))
            counts[part.label] = (before[0] + tally.mentions_found, before[1] + tally.mentions)
    return counts


def _figures(tally: Tally) -> dict[str, Any]:
    low, high = tally.interval
    return {
        **asdict(tally),
        "recall": tally.recall,
        "recall_low": low,
        "recall_high": high,
        "entity_recall": tally.entity_recall,
        "character_recall": tally.character_recall,
    }


def _lines(found: Evaluation, title: str) -> list[object]:
    covers = [
        (language, cover.records, cover.covered, _shown(cover.precision))
        for language, cover in found.covers.items()
    ]
    parts = [
        (
            part.language,
            part.label or "all",
            part.kind or "-",
            tally.mentions,
            _shown(tally.recall),
            "-".join(_shown(end) for end in tally.interval),
            tally.entities,
            _shown(tally.entity_recall),
            _shown(tally.character_recall),
        )
        for part, tally in found.tallies.items()
    ]
    head = ["language", "label", "kind", "mentions", "recall", "95 %"]
    head += ["entities", "entity recall", "character recall"]
    taken = ["language", "records", "letters and digits taken out", "of them marked in gold"]
    lines = [title, table("Found", head, parts), table("Precision", taken, covers)]
    for reason, count in found.not_searched.items():
        lines.append(f"{count} records are not counted, intake would quarantine them: {reason}")
    return lines


def _misses(misses: tuple[Miss, ...]) -> object:
    rows = [
        (
            miss.record,
            miss.span.label,
            miss.span.kind or "-",
            miss.times,
            miss.left,
            *map(repr, (miss.before, miss.text, miss.after)),
        )
        for miss in misses
    ]
    head = ["record", "label", "kind", "times", "left", "before", "missed", "after"]
    return table("Worst misses: holds text of records", head, rows)


def _shown(share: float | None) -> str:
    return "-" if share is None else f"{share:.3f}"
