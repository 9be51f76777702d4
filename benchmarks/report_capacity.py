"""Write the tables of docs/scaling.md: what each station costs, by formula, from measured rates.

Nothing is measured here: each rate names the benchmark or page that it comes from.

    python benchmarks/report_capacity.py
"""

from dataclasses import dataclass
from math import ceil
from pathlib import Path

from report_scrub import replaced

PAGE = Path(__file__).parents[1] / "docs" / "scaling.md"
HOUR, DAY = 3600, 86_400
CORES = 64
"""Of the cluster that the tables are for."""


@dataclass(frozen=True)
class Rate:
    """A measured rate, and where it was measured."""

    value: float
    unit: str
    source: str


RATES = {
    "intake": Rate(
        1.9, "MB per CPU-second, without names", "`bench_intake_memory.py --megabytes 30`"
    ),
    "names_fr": Rate(
        1.03, "million characters per CPU-second, long French texts", "`bench_scrub.py`, scrub.md"
    ),
    "names_en": Rate(
        0.35, "million characters per CPU-second, long English texts", "`bench_scrub.py`, scrub.md"
    ),
    "names_short": Rate(
        0.22, "million characters per CPU-second, short English texts", "`bench_scrub.py`, scrub.md"
    ),
    "release": Rate(
        35_000,
        "rows per CPU-second, with near-duplicates",
        "`bench_release.py --rows 100000 --near`",
    ),
    "read": Rate(
        850, "MB of Arrow per CPU-second, every byte digested", "`bench_read.py`, reading.md"
    ),
    "rows_read": Rate(229_000, "rows per CPU-second, first pass", "`bench_read.py`, reading.md"),
    "commit": Rate(3.2, "ms an entry, p50, local disk", "`bench_commit.py`, trust.md"),
    "fold": Rate(200, "µs of CPU an entry, to open a pool", "`bench_state.py`"),
    "next_task": Rate(
        1_697, "tasks told a second, one process", "`bench_gateway.py`, labelling.md"
    ),
    "relay": Rate(
        48,
        "requests relayed a second, Label Studio on two cores",
        "`bench_gateway.py`, labelling.md",
    ),
    "index_seconds": Rate(
        11, "s to fill a million open records", "`bench_routing.py`, labelling.md"
    ),
    "index_mb": Rate(426, "MB with a million open records", "`bench_routing.py`, labelling.md"),
}


@dataclass(frozen=True)
class Pool:
    """A size to plan for."""

    title: str
    terabytes: float
    members: int
    tasks: int
    annotators: int


SIZES = (
    Pool("this size", 1, 100, 1_000_000, 1_000),
    Pool("ten times that", 10, 1_000, 10_000_000, 10_000),
)

ROW_BYTES = 1_000
"""Of a row as it is sent: ours to assume."""
VOTES_A_TASK = 2.1
"""Adaptive overlap spends at most .7 of three votes a task: labelling.md."""
SECONDS_AN_ANSWER = 60
REQUESTS_AN_ANSWER = 3
"""Relayed: the task, a draft, the answer. Ours to assume."""
ENTRIES_A_MEMBER_DAY = 10


def rates_table() -> str:
    lines = ["| Rate | | From |", "|---|---|---|"]
    lines += [f"| {one.value:,g} | {one.unit} | {one.source} |" for one in RATES.values()]
    return "\n".join(lines)


def hours(cpu_seconds: float) -> str:
    """Say how long it takes on one core, and on the cluster."""
    return f"{cpu_seconds / HOUR:,.0f} core hours; {cpu_seconds / 60 / CORES:,.0f} min"


def costs(pool: Pool) -> dict[str, str]:
    """Give what each station costs, in the order in which data walks through them."""
    megabytes = pool.terabytes * 1e6
    rows = pool.terabytes * 1e12 / ROW_BYTES
    plain = megabytes / RATES["intake"].value
    names = {name: megabytes / RATES[f"names_{name}"].value for name in ("fr", "en", "short")}
    votes = pool.tasks * VOTES_A_TASK
    answers_a_second = pool.annotators / SECONDS_AN_ANSWER
    requests = answers_a_second * REQUESTS_AN_ANSWER
    entries = pool.members * ENTRIES_A_MEMBER_DAY
    index = pool.tasks / 1e6
    return {
        "intake, no names": hours(plain),
        "intake, French (long texts)": hours(plain + names["fr"]),
        "intake, English (long texts)": hours(plain + names["en"]),
        "intake, English (short texts)": hours(plain + names["short"]),
        "release": hours(rows / RATES["release"].value),
        "read once, verified": hours(rows / RATES["rows_read"].value),
        "log, entries a day": f"{entries:,}; {entries * RATES['commit'].value / 1000:,.0f} s a day",
        "opening the pool after a year": f"{entries * 365:,} entries, "
        f"{entries * 365 * RATES['fold'].value / 1e6 / 60:,.0f} min",
        "gateway, answers a second": f"{answers_a_second:,.0f}; it tells "
        f"{RATES['next_task'].value:,.0f} tasks a second: {share(answers_a_second, 'next_task')}",
        "gateway, memory and start": f"{index * RATES['index_mb'].value / 1000:,.1f} GB; "
        f"{index * RATES['index_seconds'].value:,.0f} s",
        "Label Studio, requests a second": f"{requests:,.0f}; "
        f"{ceil(requests / RATES['relay'].value) * 2} cores",
        "annotators, days of 6 hours": f"{votes / (answers_a_second * 6 * HOUR):,.0f}",
    }


def share(asked: float, name: str) -> str:
    return f"{100 * asked / RATES[name].value:,.0f} %"


def costs_table() -> str:
    columns = [costs(size) for size in SIZES]
    lines = [f"| Station | {' | '.join(size.title for size in SIZES)} |", "|---|---|---|"]
    lines += [f"| {name} | {columns[0][name]} | {columns[1][name]} |" for name in columns[0]]
    return "\n".join(lines)


def page(text: str) -> str:
    """Give the page with its tables made anew."""
    return replaced(replaced(text, "rates", rates_table()), "costs", costs_table())


def main() -> None:
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
