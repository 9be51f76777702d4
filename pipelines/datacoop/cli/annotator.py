"""`datacoop annotator`: who may label."""

import click

from datacoop.cli.annotator_check import check


@click.group("annotator")
def command() -> None:
    """Check who may label what.

    \b
    Example:
      datacoop annotator check workforce.yaml
    """


command.add_command(check)
