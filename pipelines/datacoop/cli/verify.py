"""`datacoop verify`: check every byte of a pool."""

from pathlib import Path

import click

from datacoop.cli.common import emit, json_option, progress_bar, settings_from, table
from datacoop.read.verify import verify_pool


@click.command("verify")
@click.argument("pool_url", metavar="POOL")
@click.option("--config", type=click.Path(path_type=Path), help="The settings file.")
@json_option
def command(pool_url: str, config: Path | None, as_json: bool) -> None:
    """Check every byte of a pool: log, signatures, blobs, versions, trust metadata.

    Exits with 1 and names each file at fault when something is wrong. It says UNFINISHED where all
    that is wrong is that readers are not shown the last entries of the log yet, as after
    `submission withdraw` until the operator runs `datacoop trust refresh`.

    \b
    Example:
      datacoop verify .demo/pool
    """
    settings = settings_from(config, pool=pool_url)
    with progress_bar("verify", quiet=as_json) as progress:
        found = verify_pool(settings.open_pool_store(), progress)
    value = {
        "sound": found.is_sound,
        "unfinished": found.is_unfinished,
        "log_length": found.log_length,
        "files": found.files,
        "versions": found.versions,
        "rows": found.rows,
        "faults": [{"file": key, "fault": fault} for key, fault in found.faults],
        "unreferenced": list(found.unreferenced),
    }
    outcome = "UNFINISHED" if found.is_unfinished else "NOT SOUND"
    summary = (
        f"{found.files} files, {found.log_length} log entries, {found.versions} versions, "
        f"{found.rows} published rows: {'all sound' if found.is_sound else outcome}"
    )
    lines: list[object] = [summary]
    if found.is_unfinished:
        lines.append(
            "No byte is at fault; readers are not shown the last entries of the log yet. Next, at "
            "the operator's: datacoop trust refresh; on a mirror: datacoop pool mirror"
        )
    if found.unreferenced:
        lines.append(f"{len(found.unreferenced)} blobs are not needed: see datacoop pool gc")
    if not found.is_sound:
        lines.insert(0, table("", ["file", "fault"], found.faults))
    emit(as_json, value, *lines)
    if not found.is_sound:
        raise click.exceptions.Exit(1)
