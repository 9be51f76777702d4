"""`datacoop export`: write a version for other tools."""

from pathlib import Path

import click

from datacoop.cli.common import (
    FOLDER,
    config_option,
    emit,
    facts,
    json_option,
    pool_option,
    progress_bar,
    settings_from,
)
from datacoop.read.exports import FORMS, export
from datacoop.read.open import open_pool


@click.command("export")
@click.argument("collection")
@click.argument("number", type=int)
@click.argument("folder", type=FOLDER)
@click.option("--to", "form", type=click.Choice(sorted(FORMS)), default="parquet")
@click.option("--purpose", default="model-training", show_default=True)
@click.option("--jurisdiction", help="Where rows are processed (ISO 3166).")
@click.option("--grant", "grant_path", type=FOLDER, help="The file of your grant.")
@pool_option
@config_option
@json_option
def command(
    collection: str,
    number: int,
    folder: Path,
    form: str,
    purpose: str,
    jurisdiction: str | None,
    grant_path: Path | None,
    pool_url: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Write version NUMBER of COLLECTION into a new FOLDER; every byte read is checked.

    \b
    Example:
      datacoop export documents 2 out --to huggingface --pool .demo/pool
      python -c "import datasets; print(datasets.load_from_disk('out'))"
    """
    settings = settings_from(config, pool=pool_url)
    reader = open_pool(
        settings.require("pool"),
        options=settings.options_of("pool"),
        jurisdiction=jurisdiction,
        grant=grant_path,
    )
    version = reader.version(collection, number, purpose=purpose)
    written = 0
    with progress_bar("export", quiet=as_json) as progress:

        def tell(rows: int) -> None:
            nonlocal written
            written += rows
            progress(written, len(version))

        files = export(version, form, folder, tell)
    value = {"collection": collection, "version": number, "rows": written, "files": len(files)}
    emit(as_json, value, facts({**value, "folder": folder}))
