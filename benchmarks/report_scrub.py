"""Write the tables of docs/scrub.md: what is found in gold texts, speed, memory; all in one run.

    python benchmarks/report_scrub.py [--quick] [--only PART] [--corpora FOLDER]

PART is found, speed or memory; the tables of the others stay as they are.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import bench_scrub
import bench_scrub_memory
from stock import StockFinder

from datacoop.records.policy_file import parse_policy, shipped_policy
from datacoop.scrub.evaluation import Counting, Evaluation, Slice, Tally, evaluate
from datacoop.scrub.finder import PolicyFinder
from datacoop.scrub.gold import NO_MASK, GoldRow, part_of, read_gold
from datacoop.scrub.name_gold import PERSON_LABELS
from datacoop.scrub.names import installed_models
from datacoop.scrub.spacy_models import SPACY_MODELS

PAGE = Path(__file__).parents[1] / "docs" / "scrub.md"
PARTS = ("found", "speed", "memory")
NONE = "-"

DIRECT, WIDE, AS_IT_COMES = "direct", "court", "as it comes"
SETUPS = (
    ("datacoop", DIRECT),
    ("Presidio", DIRECT),
    ("datacoop", WIDE),
    ("Presidio", WIDE),
    ("Presidio", AS_IT_COMES),
)
"""Who looks, and for what."""

Found = dict[tuple[str, str], Evaluation]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--corpora", type=Path, default=bench_scrub.CORPORA)
    parser.add_argument("--quick", action="store_true", help="fewer texts for speed and memory")
    parser.add_argument("--only", choices=PARTS)
    arguments = parser.parse_args()
    if not arguments.corpora.is_dir():
        sys.exit(print(f"not run: no public corpora at {arguments.corpora}"))
    for part in (arguments.only,) if arguments.only else PARTS:
        lines = [f"Measured on {datetime.now(UTC):%Y-%m-%d}, {bench_scrub.machine()}.", ""]
        if part == "found":
            lines += found_tables(arguments.corpora)
        elif part == "speed":
            result = bench_scrub.compare(arguments.corpora, is_quick=arguments.quick)
            lines.append(bench_scrub.shown(result))
        else:
            # In a process of its own: models that were loaded here would hide what grows.
            command = [sys.executable, bench_scrub_memory.__file__, "--json"]
            command += ["--quick"] if arguments.quick else []
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            lines.append(bench_scrub_memory.shown(json.loads(done.stdout)))
        page = replaced(PAGE.read_text(encoding="utf-8"), part, "\n".join(lines))
        PAGE.write_text(page, encoding="utf-8")


def replaced(page: str, part: str, tables: str) -> str:
    """Give the page with new tables between the marks of a part."""
    marks = re.compile(rf"(<!-- {part} -->\n).*?(<!-- end -->)", re.DOTALL)
    assert marks.search(page), part
    return marks.sub(lambda found: f"{found[1]}\n{tables}\n\n{found[2]}", page)


def found_tables(corpora: Path) -> list[str]:
    """Measure every gold set under every set-up; give the tables."""
    paths = sorted((corpora / "pii_gold").glob("*.jsonl"))
    sets = {path.stem: part_of(read_gold(path), "test") for path in paths}
    found = {name: measured(rows) for name, rows in sets.items()}
    return [
        "### People\n",
        *people(found),
        "\n### Direct and quasi identifiers\n",
        *kinds(found),
        "\n### All that gold marks\n",
        *totals(found),
        "\n### By label\n",
        *labels(found),
    ]


def measured(rows: Sequence[GoldRow]) -> Found:
    """Measure rows of one language under each set-up that can read it."""
    (language,) = {row.language for row in rows}
    policies = {name: parse_policy(shipped_policy(name)) for name in (DIRECT, WIDE)}
    found = {}
    for who, what in SETUPS:
        if who == "datacoop":
            finder = PolicyFinder(policies[what], [language], installed_models())
            found[who, what] = evaluate(rows, policies[what], finder, lambda *_: None)
        elif language in SPACY_MODELS:
            counts, stock = Counting(), StockFinder(language, policies.get(what))
            texts = [row.text for row in rows]
            for row, findings in zip(rows, stock.find(language, texts), strict=True):
                counts.add(row, findings)
            found[who, what] = counts.evaluation()
    return found


def people(found: dict[str, Found]) -> list[str]:
    """Give the recall of people under the policy for direct identifiers."""
    rows = []
    for name, setups in found.items():
        ours, stock = (
            added(one, lambda part: part.label in PERSON_LABELS and part.kind != NO_MASK)
            for one in (setups["datacoop", DIRECT], setups.get(("Presidio", DIRECT)))
        )
        if ours.mentions:
            cells = (recall(ours), share(ours.entity_recall), recall(stock))
            rows.append((name, ours.mentions, *cells, share(stock.entity_recall)))
    head = ("gold set", "mentions", "datacoop, recall", "entity recall")
    return table((*head, "Presidio, recall", "entity recall"), rows)


def kinds(found: dict[str, Found]) -> list[str]:
    """Give the recall by kind where gold says it."""
    rows = []
    for name, setups in found.items():
        for (who, what), one in setups.items():
            for part, tally in one.tallies.items():
                if part.kind and not part.label:
                    cells = (recall(tally), share(tally.entity_recall))
                    rows.append((name, part.kind, who, what, tally.mentions, *cells))
    rows.sort(key=lambda row: row[:2])
    head = ("gold set", "kind", "who", "looks for", "mentions", "recall", "entity recall")
    return table(head, rows)


def totals(found: dict[str, Found]) -> list[str]:
    """Give recall and precision over all that gold marks, harmless names apart."""
    rows = []
    for name, setups in found.items():
        for (who, what), one in setups.items():
            for language, cover in one.covers.items():
                tally = one.tallies[Slice(language)]
                cells = (recall(tally), share(tally.character_recall), share(cover.precision))
                rows.append((name, who, what, cover.records, tally.mentions, *cells))
    head = ("gold set", "who", "looks for", "records", "mentions", "recall", "character recall")
    return table((*head, "character precision"), rows)


def labels(found: dict[str, Found]) -> list[str]:
    """Give the recall of each label where everything is looked for."""
    rows = []
    for name, setups in found.items():
        stock = setups.get(("Presidio", WIDE))
        for part, tally in setups["datacoop", WIDE].tallies.items():
            if part.label:
                other = stock.tallies[part] if stock else Tally()
                cells = (tally.mentions, recall(tally), recall(other))
                rows.append((name, part.label, part.kind or NONE, *cells))
    return table(("gold set", "label", "kind", "mentions", "datacoop", "Presidio"), rows)


def added(one: Evaluation | None, is_wanted: Callable[[Slice], bool]) -> Tally:
    """Add up the tallies of the labels that are wanted."""
    total = Tally()
    for part, tally in one.tallies.items() if one else ():
        if part.label and is_wanted(part):
            for name, count in asdict(tally).items():
                setattr(total, name, getattr(total, name) + count)
    return total


def recall(tally: Tally) -> str:
    """Give a recall with its interval."""
    if tally.recall is None:
        return NONE
    low, high = tally.interval
    return f"{tally.recall:.3f} ({low:.3f}-{high:.3f})"


def share(value: float | None) -> str:
    """Give a share with three digits."""
    return NONE if value is None else f"{value:.3f}"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Give a table in Markdown."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows]


if __name__ == "__main__":
    main()
