"""What all commands share: options, output, progress."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from datacoop import journal
from datacoop.cli.told import keep_result, progress_teller
from datacoop.errors import SettingsError
from datacoop.pool.keys import SigningKey, load_signing_key
from datacoop.pool.log_copy import LogCopy
from datacoop.pool.pool import Pool
from datacoop.pool.state import State
from datacoop.settings import Settings, load_settings

PIPED_WIDTH = 120

FOLDER = click.Path(path_type=Path)

LOG_COPIES = Path("~/.cache/datacoop/log")
"""Where copies of remote logs are kept; they can be thrown away."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
config_option = click.option(
    "--config", type=FOLDER, help="The settings file (default: datacoop.toml in this folder)."
)
pool_option = click.option("--pool", "pool_url", help="The pool: a folder or a URL of a store.")
work_option = click.option("--work", help="A store of the operator's own for the job's work.")
beam_arguments_argument = click.argument("beam_arguments", nargs=-1, type=click.UNPROCESSED)


def utc_now() -> str:
    """Give the time for an entry: the one place, with `utc_moment`, where a clock is read."""
    return utc_moment().isoformat().replace("+00:00", "Z")


def utc_moment() -> datetime:
    """Give the time to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def settings_from(config: Path | None, **given: object) -> Settings:
    """Read the settings; options that were given on the command line win."""
    settings = load_settings(config)
    values = {name: getattr(settings, name) for name in settings.__slots__}
    values |= {name: value for name, value in given.items() if value is not None}
    return Settings(**values)


def open_pool(settings: Settings) -> Pool:
    """Open the pool that the settings name; of a remote one, a copy of its log is kept here."""
    store = settings.open_pool_store()
    is_remote = store.local_path("") is None
    return Pool(store, LogCopy(LOG_COPIES.expanduser(), store.address.url) if is_remote else None)


def operator_key(settings: Settings) -> SigningKey:
    """Read the operator's key."""
    return load_signing_key(settings.require("operator_key"))


def annotator_key(settings: Settings) -> bytes:
    """Read the secret under which annotators get their pseudonyms."""
    path: Path = settings.require("annotator_key")
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"cannot read the annotator key {path}",
            hint="Make one of 32 random bytes and keep it: pseudonyms change with another.",
        ) from error


def emit(as_json: bool, value: object, *lines: object) -> None:
    """Print `value` for machines, or `lines` (texts and tables) for people."""
    keep_result(value)
    if as_json:
        click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))
        return
    # Piped into a file there is no width to keep to, and folded names are hard to read.
    width = None if sys.stdout.isatty() else PIPED_WIDTH
    console = Console(soft_wrap=True, highlight=False, width=width)
    for line in lines:
        console.print(line)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """Make a table for people; numbers stand right."""
    made = Table(title=title or None, title_justify="left")
    listed = [list(row) for row in rows]
    for index, column in enumerate(columns):
        numeric = bool(listed) and all(isinstance(row[index], int | float) for row in listed)
        made.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in listed:
        # As plain text: a value in square brackets is no markup.
        made.add_row(*(Text(str(value)) for value in row))
    return made


def facts(value: Mapping[str, object]) -> Table:
    """Make a table of names and values."""
    made = Table(show_header=False, box=None, pad_edge=False)
    for name, fact in value.items():
        shown = ", ".join(map(str, fact)) if isinstance(fact, list | tuple) else fact
        made.add_row(f"{name}:", str(shown))
    return made


@contextmanager
def progress_bar(title: str, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on standard error; the value is told parts done and parts in all."""
    console = Console(stderr=True, quiet=quiet or journal.writes_lines())
    tell_line = progress_teller()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as bar:
        task = bar.add_task(title, total=None)

        def tell(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)
            tell_line(done, total)

        yield tell


@contextmanager
def byte_bar(title: str, *, quiet: bool) -> Iterator[Callable[[str, int], None]]:
    """Show progress in bytes; the value is told a file's name and the bytes just read."""
    done = 0
    with progress_bar(title, quiet=quiet) as tell:

        def progress(_: str, size: int) -> None:
            nonlocal done
            done += size
            tell(done, done)

        yield progress


def amending_steps(state: State) -> list[str]:
    """Give the commands that amend the withdrawn versions which their policy wants amended."""
    return [f"datacoop release build {name} --amends {n}" for name, n in state.to_amend()]
