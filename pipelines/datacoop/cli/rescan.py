"""`datacoop rescan`: search records of the pool again, by recognizers as they are now."""

from dataclasses import asdict
from pathlib import Path

import click

from datacoop import __version__
from datacoop.cli.common import (
    beam_arguments_argument,
    config_option,
    emit,
    facts,
    json_option,
    open_pool,
    operator_key,
    pool_option,
    progress_bar,
    settings_from,
    utc_now,
    work_option,
)
from datacoop.jobs.contracts import contract_of
from datacoop.jobs.engine import RUNNER, require_engine


@click.command("rescan", context_settings={"ignore_unknown_options": True})
@click.argument("collection")
@beam_arguments_argument
@click.option("--runner", default=RUNNER, show_default=True, help="A Beam runner by name.")
@pool_option
@work_option
@config_option
@json_option
def command(
    collection: str,
    beam_arguments: tuple[str, ...],
    runner: str,
    pool_url: str | None,
    work: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Search the records of COLLECTION again; what is found is in no later version.

    Recognizers and policy are those of now. What the scrub wrote itself is told from what it
    missed.

    \b
    Example:
      datacoop rescan documents
    """
    settings = settings_from(config, pool=pool_url, work=work)
    require_engine(runner, beam_arguments)
    pool, operator = open_pool(settings), operator_key(settings)
    contract_of(pool, pool.require(), collection)
    # Loaded here: Beam and the recognizers take seconds, and what is missing is told before.
    from datacoop.jobs.rescanning import RescanOptions, rescan

    options = RescanOptions(
        code_version=__version__,
        work=settings.open_work_store().address,
        runner=runner,
        beam_arguments=beam_arguments,
    )
    with progress_bar("rescan", quiet=as_json) as progress:
        found = rescan(
            pool,
            collection,
            operator,
            options,
            created_utc=utc_now(),
            progress=progress,
        )
    emit(as_json, asdict(found), facts(asdict(found)))
