"""Run a job on Beam. What runs it, and what is told of its failures, is known without Beam."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions, PortableOptions
from apache_beam.runners.runner import PipelineState, create_runner

from datacoop.jobs.engine import (
    ANSWER_SECONDS,
    refused_option,
    require_engine,
    unknown_runner,
)
from datacoop.jobs.failures import told_without_data


@contextmanager
def run_pipeline(job: str, runner: str, arguments: Sequence[str]) -> Iterator[beam.Pipeline]:
    """Give a pipeline; run what was applied to it, and wait for its end.

    Stopped before that, by a person or an error, the job ends on the engine too.

    Args:
        job: The job's name, for errors.
        arguments: Beam's own options, as on its command line.

    Raises:
        SettingsError: The runner cannot be used so; nothing was started.
        OutsideError: What runs the job cannot be reached, or the job failed.
        KeyboardInterrupt: A person stopped it.
    """
    require_engine(runner, arguments)
    options = _options(runner, arguments)
    with told_without_data(job):
        pipeline = beam.Pipeline(options=options)
        yield pipeline
        result = pipeline.run()
        try:
            state = result.wait_until_finish()
        except BaseException:
            with suppress(Exception):
                result.cancel()
            raise
        if state != PipelineState.DONE:
            raise RuntimeError(f"failed in state {state}")


def _options(runner: str, arguments: Sequence[str]) -> PipelineOptions:
    """Read Beam's options.

    Raises:
        SettingsError: Beam does not know the runner, or refuses an option.
    """
    try:
        create_runner(runner)
    except (ValueError, ImportError, AttributeError):
        raise unknown_runner(runner) from None
    # Beam would send the list of this machine's packages along.
    own = [f"--runner={runner}", "--experiments=disable_logging_submission_environment"]
    options = PipelineOptions([*own, *arguments])
    try:
        options.get_all_options()
        # Beam's own limit is a minute.
        portable = options.view_as(PortableOptions)
        if not any(argument.startswith("--job_server_timeout") for argument in arguments):
            portable.job_server_timeout = 2 * ANSWER_SECONDS
    except SystemExit:
        raise refused_option() from None
    return options
