"""The report of a play: one HTML page that needs nothing else."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

STYLE = """
:root { color-scheme: light dark; --ink: #1c2733; --soft: #5b6b7b; --line: #d6dee6;
  --ground: #ffffff; --bar: #2f6fab; --warn: #b3541e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9fb0c0;
  --line: #33424f; --ground: #12181f; --bar: #6aa9e0; --warn: #e0905a; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground);
  max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 2.5rem 0 .5rem; }
p { margin: .4rem 0; color: var(--soft); } .verdict { font-weight: 600; color: var(--ink); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid var(--line);
  vertical-align: top; } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
td code { font-size: .85em; overflow-wrap: anywhere; }
.bar { display: block; height: .7rem; background: var(--bar); }
.bar.warn { background: var(--warn); } td.w { width: 35%; min-width: 7rem; }
@media (max-width: 40rem) { table { font-size: .78rem; } th, td { padding: .3rem .35rem; }
  td.w { width: auto; min-width: 2.5rem; } }
"""


def report(
    summary: dict[str, Any], broken: Sequence[str], counted: str, titles: dict[str, str]
) -> str:
    """Give the page as text.

    Args:
        counted: Leaks that are counted and not promised away yet, or nothing.
        titles: Members' titles by id.
    """
    verdict = "Every promise held." if not broken else "Broken: " + "; ".join(broken) + "."
    if counted and not broken:
        verdict += f" Counted, and not promised yet: {counted} found again."
    parts = [
        "<h1>datacoop: the whole path, played</h1>",
        "<p>Made-up members, made-up people, simulated annotators, a real Label Studio.</p>",
        f'<p class="verdict">{escape(verdict)}</p>',
        "<h2>What happened to every row</h2>",
        _submissions(summary, titles),
        "<h2>Why rows were quarantined</h2>",
        _reasons(summary),
        "<h2>Planted personal data found again</h2>",
        "<p>Searched in every byte of the pool, Label Studio's database, logs and temporary "
        "files. E-mails, cards, IBANs and national ids must be 0.</p>",
        _leaks(summary),
        "<h2>Labels against the truth</h2>",
        _labels(summary),
        "<h2>Leak audit</h2>",
        _audit(summary),
        "<h2>Versions</h2>",
        _versions(summary),
        "<h2>Seconds for each step</h2>",
        _seconds(summary),
        f"<p>Peak memory of one process: {summary['peak_memory_bytes'] / 2**20:,.0f} MiB.</p>",
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>datacoop demo</title><style>{STYLE}</style></head>\n<body>\n<main>\n"
        + "\n".join(parts)
        + "\n</main>\n</body></html>\n"
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    listed = [list(row) for row in rows]
    numeric = [
        bool(listed) and all(isinstance(row[i], int | float) for row in listed)
        for i in range(len(head))
    ]
    classes = [' class="n"' if n else "" for n in numeric]
    header = "".join(f"<th{c}>{escape(h)}</th>" for h, c in zip(head, classes, strict=True))
    body = "".join(
        "<tr>" + "".join(_cell(v, c) for v, c in zip(row, classes, strict=True)) + "</tr>"
        for row in listed
    )
    table = f"<table><thead><tr>{header}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="scroll">{table}</div>'


class _Bar:
    """A horizontal bar: a share of the full width."""

    def __init__(self, share: float, label: str, *, is_warning: bool = False) -> None:
        kind = "bar warn" if is_warning else "bar"
        self.html = (
            f'<td class="w"><span class="{kind}" style="width:{share:.0%}" role="img" '
            f'aria-label="{escape(label)}"></span></td>'
        )


class _Link:
    """A link to a file beside the report."""

    def __init__(self, path: str) -> None:
        self.html = f'<td><a href="{escape(path)}">{escape(path)}</a></td>'


def _cell(value: object, css: str) -> str:
    if isinstance(value, _Bar | _Link):
        return value.html
    shown = f"{value:,}" if isinstance(value, int) else str(value)
    return f"<td{css}>{escape(shown)}</td>"


def _submissions(summary: dict[str, Any], titles: dict[str, str]) -> str:
    rows = []
    for name, s in summary["submissions"].items():
        states = s["states"]
        rows.append(
            (
                titles.get(s["member"], s["member"]),
                name,
                s["rows"],
                s["rows_counted_independently"],
                *(states.get(k, 0) for k in ("accepted", "duplicate", "quarantined")),
            )
        )
    head = ("member", "submission", "rows", "counted apart")
    return _table((*head, "accepted", "duplicate", "quarantined"), rows)


def _reasons(summary: dict[str, Any]) -> str:
    total: dict[str, int] = {}
    for submission in summary["submissions"].values():
        for reason, count in submission["reasons"].items():
            total[reason] = total.get(reason, 0) + count
    most = max(total.values(), default=1)
    rows = [
        (reason, count, _Bar(count / most, f"{count} rows"))
        for reason, count in sorted(total.items(), key=lambda item: (-item[1], item[0]))
    ]
    return _table(("reason", "rows", ""), rows)


def _leaks(summary: dict[str, Any]) -> str:
    rows = []
    for entity, found in summary["leaks"].items():
        share = found["leaked"] / found["planted"] if found["planted"] else 0
        bar = _Bar(share, f"{share:.0%} leaked", is_warning=True)
        rows.append((entity, found["planted"], found["leaked"], bar))
    return _table(("entity", "planted values", "found again", ""), rows)


def _labels(summary: dict[str, Any]) -> str:
    rows = [
        (
            name,
            found["tasks_votes"],
            found["fixed_votes"],
            found["gold_answers"],
            found["paused"],
            found["labels"],
            f"{found['accuracy']:.1%}" if found["labels"] else "-",
            f"{found['krippendorff_alpha']:.2f}" if found["krippendorff_alpha"] else "-",
        )
        for name, found in summary["labels"].items()
    ]
    head = ("collection", "votes", "votes at three each", "answers on gold", "paused", "labels")
    return _table((*head, "right", "Krippendorff's alpha"), rows)


def _audit(summary: dict[str, Any]) -> str:
    audit = summary["leak_audit"]
    rows = [
        (o["language"], o["rows"], o["sample"], o["leaks"], f"{o['most_permille']} ‰", o["outcome"])
        for o in audit.get("languages", [])
    ]
    said = (
        f"Simulated auditors read random scrubbed rows of {escape(audit['collection'])} and found "
        f"a nickname planted to be missed: {audit['rows_barred']} rows barred, {audit['gold']} "
        f"line of gold made of it, {audit['leaks_in_versions']} released rows with it."
        if audit
        else "No audit was played."
    )
    head = ("language", "rows", "read", "leak", "at most leak", "bound")
    return f"<p>{said}</p>" + _table(head, rows)


def _versions(summary: dict[str, Any]) -> str:
    rows = [
        (f"{v['collection']} {v['version']}", v["rows"], len(v["shards"]), _Link(v["card"]))
        for v in summary["versions"]
    ]
    return _table(("version", "rows", "shards", "card"), rows)


def _seconds(summary: dict[str, Any]) -> str:
    most = max(summary["seconds"].values(), default=1) or 1
    rows = [
        (step, seconds, _Bar(seconds / most, f"{seconds} seconds"))
        for step, seconds in summary["seconds"].items()
    ]
    return _table(("step", "seconds", ""), rows)
