"""`datacoop scan`: what would be scrubbed, at a steward's own desk."""

from pathlib import Path

import click

from datacoop.cli.collection import shipped
from datacoop.cli.common import FOLDER, emit, json_option, progress_bar, table
from datacoop.cli.submission import column_pair
from datacoop.jobs.scanning import Scanned, scan_file


@click.command("scan")
@click.argument("files", nargs=-1, type=FOLDER, required=True)
@click.option("--collection", default="documents", show_default=True)
@click.option("--language", "languages", multiple=True, required=True, help="ISO 639-1 code.")
@click.option("--column", "columns", multiple=True, help="COLLECTION_COLUMN=COLUMN_IN_FILES.")
@json_option
def command(
    files: tuple[Path, ...],
    collection: str,
    languages: tuple[str, ...],
    columns: tuple[str, ...],
    as_json: bool,
) -> None:
    """Show what would be scrubbed in FILES and which rows would wait; nothing is sent.

    Prints counts only, never a value found.

    \b
    Example:
      datacoop scan my-data/court.jsonl --collection documents --language de
    """
    contract = shipped(collection)
    names = dict(column_pair(text) for text in columns)
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
