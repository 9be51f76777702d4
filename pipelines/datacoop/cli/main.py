"""The command `datacoop`: parse, call a job, print, exit code."""

import importlib
import json
import signal
import sys
import traceback
from pathlib import Path

import click

from datacoop import journal
from datacoop.cli.told import set_folder, tell_of
from datacoop.errors import DatacoopError

GROUPS = {
    "annotator": "Who may label: add, invite, list, remove; check the workforce file.",
    "collection": "The contracts of the pool: list, show, check, add.",
    "demo": "Play the whole path on made-up members, with a real Label Studio.",
    "doctor": "Check stores, keys, models, services and clocks; say what to do.",
    "erase": "Erase a person, records or a submission, everywhere, and prove it.",
    "evaluate": "Figures on gold data: what a policy finds, and what it misses.",
    "export": "Write a version as Parquet, JSON Lines or for Hugging Face datasets.",
    "grant": "What trainers may read: new, show, list, revoke.",
    "intake": "Take submissions into the pool: ingest, scrub, validate.",
    "key": "Make signing keys.",
    "label": "Send records to annotators, collect their votes.",
    "log": "Read the pool's log, verify it, sign its head.",
    "member": "Add members with their keys.",
    "models": "Small models that find names: list, train, check.",
    "pool": "Found a pool, look at it, clean it, mirror it.",
    "release": "Build, propose, approve and publish versions.",
    "rescan": "Search records of the pool again, by recognizers as they are now.",
    "scan": "Show what would be scrubbed, at your own desk; nothing is sent.",
    "serve": "Run what people reach with a browser: the gateway.",
    "submission": "Make, check, sign, send, follow, decide and withdraw a submission.",
    "trust": "The keys that readers trust.",
    "verify": "Check every byte of a pool.",
    "witness": "Cosign what the log has become, or say where it was rewritten.",
}
"""Each command or group with its line of help; its file is loaded when it is called."""

EPILOG = """\b
Exit codes: 0 done, 1 refused by a rule, 2 wrong usage, 3 outside failure.
Settings: --config FILE, or DATACOOP_CONFIG, or datacoop.toml in this folder.

\b
Example:
  datacoop demo --dir .demo
"""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        """List them without loading any."""
        return sorted(GROUPS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Load one."""
        if cmd_name not in GROUPS:
            return None
        command = importlib.import_module(f"datacoop.cli.{cmd_name}").command
        assert isinstance(command, click.Command)  # noqa: S101 - a slip of ours, not of a user
        return tell_of(command, (cmd_name,))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(GROUPS.items()))


@click.group(cls=LazyGroup, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="datacoop")
@click.option(
    "--log-json",
    is_flag=True,
    envvar="DATACOOP_LOG_JSON",
    help="Write what happens to standard error, a line of JSON each (DATACOOP_LOG_JSON=1).",
)
@click.option(
    "--metrics-folder",
    type=click.Path(path_type=Path),
    envvar="DATACOOP_METRICS_FOLDER",
    help="Where jobs leave figures for Prometheus (DATACOOP_METRICS_FOLDER).",
)
@click.pass_context
def datacoop(context: click.Context, log_json: bool, metrics_folder: Path | None) -> None:
    """Pool domain data of members that do not fully trust each other."""
    if log_json:
        journal.write_lines()
    set_folder(context, metrics_folder)


def main() -> None:
    """Run the command line; end the process with the exit code that fits."""
    # Libraries log the exceptions of workers, which can quote a record; what a person has to
    # know is said by the errors below.
    journal.keep_silent()
    # A service manager's stop is a person's Ctrl-C: what was started is ended too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        # Out of standalone mode click gives the code of `Exit` back instead of raising it.
        sys.exit(datacoop.main(standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped. Run the same command again: it goes on where it was.", err=True)
        sys.exit(130)
    except DatacoopError as error:
        _tell(error)
        sys.exit(error.exit_code)
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{place.filename.rpartition('site-packages/')[2]}:{place.lineno}"
        if journal.writes_lines():
            sys.exit(3)
        click.echo(f"Error: unexpected {type(error).__name__} at {where}", err=True)
        click.echo("This is a defect. Report it with this line; it quotes no data.", err=True)
        sys.exit(3)


def _tell(error: DatacoopError) -> None:
    if "--json" in sys.argv:
        value = {"error": type(error).__name__, "message": str(error), "hint": error.hint}
        click.echo(json.dumps(value, ensure_ascii=False))
    if journal.writes_lines():
        return  # said in a line
    click.echo(f"Error: {error}", err=True)
    if error.hint:
        click.echo(f"What to do: {error.hint}", err=True)


if __name__ == "__main__":
    main()
