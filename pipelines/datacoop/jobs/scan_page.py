"""The page of a scan: one HTML file with samples and counts, that needs nothing else.

Privacy: holds raw values; it is written where a steward asks for it and nowhere else.
"""

import os
import re
import tempfile
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from html import escape
from pathlib import Path

from datacoop.jobs.scan_texts import ScannedText
from datacoop.records.policies import ScrubPolicy
from datacoop.scrub.operators import KEEP
from datacoop.scrub.recognizers.catalogue import entities
from datacoop.scrub.spans import Finding

SAMPLES_PER_ENTITY = 5
MOST_SAMPLES = 100
SAMPLE_FINDINGS = 30
"""Findings shown of one text."""
CONTEXT = 120
"""Characters shown before and after a finding."""

STYLE = """
:root { color-scheme: light dark; --ink: #1c2733; --soft: #566675; --line: #d6dee6;
  --ground: #ffffff; --out: #fde6b3; --tag: #7a3608; --tag-ink: #ffffff; --link: #1d5c96; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9fb0c0;
  --line: #33424f; --ground: #12181f; --out: #4d3912; --tag: #f2bd6b; --tag-ink: #1d1403;
  --link: #7db8ec; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground);
  max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 2.5rem 0 .5rem; }
h3 { font-size: .92rem; font-weight: 600; margin: 0 0 .35rem; overflow-wrap: anywhere; }
p { margin: .4rem 0; color: var(--soft); } .verdict { font-weight: 600; color: var(--ink); }
.warning { color: var(--ink); border-left: .3rem solid var(--tag); padding-left: .7rem; }
a { color: var(--link); } nav a { display: inline-block; padding: .35rem .9rem .35rem 0; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid var(--line);
  vertical-align: top; overflow-wrap: break-word; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
.names { color: var(--ink); overflow-wrap: anywhere; }
article { border: 1px solid var(--line); border-radius: .4rem; padding: .7rem .9rem;
  margin: .8rem 0; } article p { color: var(--ink); white-space: pre-wrap;
  overflow-wrap: anywhere; line-height: 1.9; }
mark { color: inherit; background: var(--out); border-radius: .2rem; padding: .1rem .2rem; }
mark.kept { background: none; border-bottom: 2px dashed var(--soft); border-radius: 0; }
.tag { white-space: nowrap; font-size: .72rem; font-weight: 600;
  border-radius: .2rem; padding: .05rem .3rem;
  color: var(--tag-ink); background: var(--tag); }
.kept .tag { color: var(--soft); background: none; border: 1px solid var(--soft); }
.gap, .sign { color: var(--soft); font-size: .85em; }
@media (max-width: 40rem) { table { font-size: .8rem; } th, td { padding: .3rem .35rem; } }
@media print { .scroll { overflow: visible; } }
"""

_SIGNS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
"""What is not seen, or would turn around what is: shown by its number."""

_DONE = {
    "replace": "replaced by its type",
    "pseudonym": "replaced by a pseudonym",
    "generalise": "cut to its year",
    KEEP: "left in the text",
}


class ScanPage:
    """Gathers a scan text by text: all counts, and a few samples of each entity."""

    def __init__(self, policy: ScrubPolicy) -> None:
        self._policy = policy
        self._files: dict[str, None] = {}
        self.texts = 0
        self.edited: Counter[tuple[str, str]] = Counter()
        """Findings taken out, by entity and column."""
        self.kept: Counter[tuple[str, str]] = Counter()
        self.reasons: Counter[str] = Counter()
        """Records that would be quarantined, by reason."""
        self._shown: Counter[str] = Counter()
        self._samples: list[tuple[str, ScannedText]] = []

    def add(self, file: str, scanned: ScannedText) -> None:
        """Count a text, and keep it where it shows what few samples have shown."""
        self._files[file] = None
        if scanned.reason is not None:
            self.reasons[scanned.reason] += 1
            return
        self.texts += 1
        self.edited.update((one.entity, scanned.column) for one in scanned.edits.edited)
        self.kept.update((one.entity, scanned.column) for one in scanned.edits.kept)
        names = {one.entity for findings in scanned.edits for one in findings}
        wanted = any(self._shown[name] < SAMPLES_PER_ENTITY for name in names)
        if wanted and len(self._samples) < MOST_SAMPLES:
            self._shown.update(names)
            self._samples.append((file, scanned))

    def html(self) -> str:
        """Give the page as text."""
        parts = [
            "<h1>What a scrub would take out</h1>",
            f"<p>Policy {_shown(self._policy.id)}; {_shown(', '.join(self._files))}.</p>",
            f'<p class="verdict">{self._verdict()}</p>',
            '<p class="warning"><strong>This page holds raw personal data.</strong> It lies only '
            "where you wrote it. Delete it when you have read it.</p>",
            '<nav aria-label="On this page"><a href="#counts">Counts</a>'
            '<a href="#kept">What is kept</a><a href="#waiting">What would wait</a>'
            '<a href="#samples">Samples</a></nav>',
            '<h2 id="counts">Counts</h2>',
            self._count_table(),
            '<h2 id="kept">What the policy keeps</h2>',
            self._kept(),
            '<h2 id="waiting">Records that would wait</h2>',
            self._waiting(),
            '<h2 id="samples">Samples</h2>',
            f"<p>Of each entity up to {SAMPLES_PER_ENTITY} texts, the first in the files. "
            "Filled: taken out. Dashed line: found and kept. Each has its entity behind it.</p>",
            *(_sample(file, scanned) for file, scanned in self._samples),
        ]
        # The page runs no script and loads nothing, even if some text got past the escapes.
        digest = b64encode(sha256(STYLE.encode()).digest()).decode()
        return (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
            '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
            f"style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'\">"
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<meta name="referrer" content="no-referrer">'
            f"<title>datacoop scan</title><style>{STYLE}</style></head>\n<body>\n<main>\n"
            + "\n".join(parts)
            + "\n</main>\n</body></html>\n"
        )

    def _verdict(self) -> str:
        return (
            f"{self.texts:,} texts: {self.edited.total():,} findings taken out, "
            f"{self.kept.total():,} kept; "
            f"{self.reasons.total():,} records would wait in quarantine."
        )

    def _count_table(self) -> str:
        found = self.edited + self.kept
        rows = [(*key, count, self._done(key[0])) for key, count in sorted(found.items())]
        head = ("entity", "column", "findings", "what happens")
        return _table("Counts by entity and column", head, rows)

    def _done(self, entity: str) -> str:
        rule = self._policy.entities.get(entity)
        return _DONE[rule.operator if rule else "replace"]

    def _kept(self) -> str:
        rules = self._policy.entities.items()
        kept = sorted(name for name, rule in rules if rule.operator == KEEP)
        unsought = sorted(entities(self._policy.countries) - set(self._policy.entities))
        lines = [
            ("Looked for, and left in the text", kept),
            ("Could be looked for, and is not", unsought),
        ]
        if not self._policy.names:
            lines.append(("Not looked for at all", ["names, by a model"]))
        return "".join(
            f'<p>{title}: <span class="names">{_shown(", ".join(names) or "nothing")}</span></p>'
            for title, names in lines
        )

    def _waiting(self) -> str:
        if not self.reasons:
            return "<p>None.</p>"
        rows = sorted(self.reasons.items(), key=lambda item: (-item[1], item[0]))
        return _table("Records by reason", ("reason", "records"), rows)


def write_page(path: Path, page: str) -> None:
    """Write a page at `path`, for this user's eyes, whole or not at all.

    A symbolic link at `path` is replaced, not followed: nothing is written elsewhere.

    Raises:
        OSError: The folder is not there or cannot be written to.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".scan-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(page)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _sample(file: str, scanned: ScannedText) -> str:
    title = f"{file}, {scanned.id}, {scanned.column}"
    language = f" ({scanned.language})" if scanned.language else ""
    pieces = "".join(_pieces(scanned))
    return f'<article><h3>{_shown(title + language)}</h3>\n<p dir="auto">{pieces}</p></article>'


def _pieces(scanned: ScannedText) -> Iterator[str]:
    """Give the passages around the findings; where one is kept and taken out, it is out."""
    text, edits = scanned.text, scanned.edits
    marks = sorted(
        [(one, False) for one in edits.edited]
        + [(one, True) for one in edits.kept if not _touches(one, edits.edited)]
    )
    done = 0
    for one, is_kept in marks[:SAMPLE_FINDINGS]:
        before = max(done, one.start - CONTEXT)
        if before > done:
            # What follows the last finding, then what was left out, then this finding's own.
            after = min(done + CONTEXT, before) if done else 0
            yield _shown(text[done:after]) if done else ""
            yield _gap(before - max(after, done))
        yield _shown(text[before : one.start]) + _mark(text, one, is_kept=is_kept)
        done = one.end
    rest = text[done : done + CONTEXT]
    yield _shown(rest) + _gap(len(text) - done - len(rest))
    if len(marks) > SAMPLE_FINDINGS:
        yield f'<span class="gap"> {len(marks) - SAMPLE_FINDINGS:,} more findings</span>'


def _touches(finding: Finding, others: Iterable[Finding]) -> bool:
    return any(one.start < finding.end and finding.start < one.end for one in others)


def _mark(text: str, finding: Finding, *, is_kept: bool) -> str:
    value, entity = _shown(text[finding.start : finding.end]), _shown(finding.entity)
    if is_kept:
        return f'<mark class="kept">{value} <span class="tag">{entity}, kept</span></mark>'
    return f'<mark>{value} <span class="tag">{entity}</span></mark>'


def _gap(characters: int) -> str:
    return f'<span class="gap"> [{characters:,} more characters] </span>' if characters else ""


def _shown(text: str) -> str:
    """Escape a text so that it is read and never run, and shows what it holds."""
    return _SIGNS.sub(
        lambda sign: f'<span class="sign">[U+{ord(sign[0]):04X}]</span>', escape(text)
    )


def _table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str | int]]) -> str:
    listed = list(rows)
    numeric = [all(isinstance(row[i], int) for row in listed) for i in range(len(head))]
    classes = [' class="n"' if listed and n else "" for n in numeric]
    header = "".join(
        f'<th scope="col"{css}>{name}</th>' for name, css in zip(head, classes, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(_cell(value, css) for value, css in zip(row, classes, strict=True))
        + "</tr>"
        for row in listed
    )
    # A region that scrolls takes the focus, so that arrow keys move it.
    return (
        f'<div class="scroll" role="region" aria-label="{caption}" tabindex="0"><table>'
        f"<thead><tr>{header}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(value: str | int, css: str) -> str:
    # Names of entities are long; on a phone they break at an underscore.
    shown = f"{value:,}" if isinstance(value, int) else _shown(value).replace("_", "_<wbr>")
    return f"<td{css}>{shown}</td>"
