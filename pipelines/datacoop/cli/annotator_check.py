"""`datacoop annotator check`: is a workforce file sound?"""

from pathlib import Path

import click

from datacoop.cli.common import FOLDER, emit, json_option, table
from datacoop.jobs.workforce import read_workforce


@click.command("check")
@click.argument("file", type=FOLDER)
@json_option
def check(file: Path, as_json: bool) -> None:
    """Check a workforce file: every fault at once, with its place.

    \b
    Example:
      datacoop annotator check workforce.yaml
    """
    workforce = read_workforce(file)
    languages = sorted({language for one in workforce.values() for language in one.languages})
    rows = []
    for language in languages:
        people = [one for one in workforce.values() if language in one.languages]
        rows.append((language, len(people), sum(one.hours_a_week for one in people)))
    names = ["language", "annotators", "hours a week"]
    value = {
        "annotators": len(workforce),
        "languages": [dict(zip(names, row, strict=True)) for row in rows],
        "faults": [],
    }
    emit(as_json, value, f"{file.name}: {len(workforce)} annotators", table("", names, rows))
