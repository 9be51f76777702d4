"""`datacoop scan`: what would be scrubbed, at a steward's own desk."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from datacoop.cli.collection import scrub_policy, shipped
from datacoop.cli.common import FOLDER, emit, json_option, progress_bar, table
from datacoop.cli.submission import column_pair
from datacoop.errors import OutsideError
from datacoop.records.policies import ScrubPolicy

if TYPE_CHECKING:
    from datacoop.jobs.scan_page import ScanPage
    from datacoop.jobs.scan_texts import ScannedText, TextColumns


@click.command("scan")
@click.argument("files", nargs=-1, type=FOLDER, required=True)
@click.option("--policy", help="Scan texts: a collection that ships, or a file of a policy.")
@click.option("--text-column", "texts", multiple=True, help="With --policy; default: text.")
@click.option("--id-column", default="id", show_default=True, help="With --policy.")
@click.option("--language-column", help="With --policy: the column that says the language.")
@click.option(
    "--html",
    "page_path",
    type=FOLDER,
    metavar="REPORT",
    help="With --policy: write a page with samples. IT HOLDS RAW PERSONAL DATA.",
)
@click.option("--collection", help="Scan rows as its intake would; default: documents.")
@click.option("--column", "columns", multiple=True, help="COLLECTION_COLUMN=COLUMN_IN_FILES.")
@click.option("--language", "languages", multiple=True, help="ISO 639-1 code.")
@json_option
def command(
    files: tuple[Path, ...],
    policy: str | None,
    texts: tuple[str, ...],
    id_column: str,
    language_column: str | None,
    page_path: Path | None,
    collection: str | None,
    columns: tuple[str, ...],
    languages: tuple[str, ...],
    as_json: bool,
) -> None:
    """Show what would be scrubbed in FILES; nothing is sent.

    With --policy, each text is scrubbed as it stands: --json prints one line a record, with its
    findings and the scrubbed text; --html writes a page with samples. Without it, rows go through
    the intake of a collection, and those that would wait are counted.

    On the terminal stand counts only, never a value found.

    \b
    Example:
      datacoop scan my-data/court.jsonl --policy documents --language de --html report.html
      datacoop scan notes.jsonl --policy documents --language-column lang --json
      datacoop scan my-data/court.jsonl --collection documents --language de
    """
    if policy is None:
        if texts or language_column or page_path:
            raise click.UsageError("--text-column, --language-column and --html need --policy")
        if not languages:
            raise click.UsageError("--language is needed")
        _scan_rows(files, collection or "documents", languages, columns, as_json=as_json)
        return
    if collection or columns:
        raise click.UsageError("--policy scans texts: --collection and --column do not go with it")
    if len(languages) > 1 or not (languages or language_column):
        raise click.UsageError("--policy needs one --language, or a --language-column")
    if page_path is not None:
        _check_page(page_path)
    chosen = scrub_policy(policy)
    # Loaded here and below: the recognizers take seconds, and a wrong option is told before.
    from datacoop.jobs.scan_texts import TextColumns

    where = TextColumns(
        texts=texts or ("text",),
        id=id_column,
        language=language_column,
        default_language="".join(languages),
    )
    _scan_texts(files, chosen, where, page_path, as_json=as_json)


def _check_page(path: Path) -> None:
    if path.suffix.lower() not in (".html", ".htm"):
        raise click.UsageError("--html takes a file that ends in .html")
    if not path.parent.is_dir():
        raise click.UsageError(f"--html: there is no folder {str(path.parent)!r}")


def _scan_texts(
    files: Sequence[Path],
    policy: ScrubPolicy,
    where: "TextColumns",
    page_path: Path | None,
    *,
    as_json: bool,
) -> None:
    from datacoop.jobs.scan_page import ScanPage, write_page
    from datacoop.jobs.scan_texts import scan_texts

    page = ScanPage(policy)
    with progress_bar("scan", quiet=as_json) as progress:
        for done, path in enumerate(files):
            progress(done, len(files))
            for scanned in scan_texts(path, policy, where):
                page.add(path.name, scanned)
                if as_json:
                    click.echo(json.dumps(_line(scanned, where), ensure_ascii=False))
    if page_path is not None:
        try:
            write_page(page_path, page.html())
        except OSError as error:
            raise OutsideError("disk", "write", "the page cannot be written") from error
    if not as_json:
        emit(False, None, *_lines(page), *([f"written: {page_path}"] if page_path else []))


def _line(scanned: "ScannedText", where: "TextColumns") -> Mapping[str, object]:
    from datacoop.jobs.scan_texts import shown_finding

    line: dict[str, object] = {"id": scanned.id}
    if len(where.texts) > 1:
        line["column"] = scanned.column
    line["findings"] = [shown_finding(one) for one in scanned.edits.edited]
    line["text"] = scanned.scrubbed
    return line | ({"reason": scanned.reason} if scanned.reason else {})


def _lines(page: "ScanPage") -> list[object]:
    """Give what a person is told of a scan of texts: counts, never a value."""
    found = [
        (entity, column, done, count)
        for done, counts in (("taken out", page.edited), ("kept", page.kept))
        for (entity, column), count in sorted(counts.items())
    ]
    return [
        f"{page.texts} texts",
        table("", ["personal data found", "column", "", "findings"], found),
        table("", ["would be quarantined for", "records"], sorted(page.reasons.items())),
    ]


def _scan_rows(
    files: Sequence[Path],
    collection: str,
    languages: Sequence[str],
    columns: Sequence[str],
    *,
    as_json: bool,
) -> None:
    contract = shipped(collection)
    names = dict(column_pair(text) for text in columns)
    from datacoop.jobs.scanning import Scanned, scan_file

    found: dict[str, Scanned] = {}
    with progress_bar("scan", quiet=as_json) as progress:
        for done, path in enumerate(files):
            progress(done, len(files))
            found[path.name] = scan_file(path, contract, languages, names)
    value = [
        {"file": name, "rows": s.rows, "findings": s.findings, "quarantined": s.quarantined}
        for name, s in found.items()
    ]
    lines: list[object] = []
    for name, s in found.items():
        lines.append(f"{name}: {s.rows} rows")
        lines.append(table("", ["personal data found", "findings"], sorted(s.findings.items())))
        reasons = sorted(s.quarantined.items())
        lines.append(table("", ["would be quarantined for", "rows"], reasons))
    emit(as_json, value, *lines)
