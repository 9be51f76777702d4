"""Put a gateway together from pool, store and Label Studio, and run it."""

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa
import uvicorn

from datacoop.errors import OutsideError, SettingsError
from datacoop.jobs.contracts import contract_of
from datacoop.jobs.labelling import ensure_project, labelled_records, routed_records
from datacoop.label.form import parse_form
from datacoop.label.label_studio import LabelStudio
from datacoop.label.routing import make_tasks
from datacoop.pool.pool import Pool
from datacoop.records.columns import RECORD_ID
from datacoop.web.gateway.app import Gateway
from datacoop.web.gateway.pictures import kept, picture_of
from datacoop.web.gateway.queue import FixedOverlap
from datacoop.web.gateway.studio import VERSION
from datacoop.web.gateway.work import Work

KEEP_ALIVE_SECONDS = 15
DRAIN_SECONDS = 20
"""How long a stop waits for answers that are under way."""


def works_of(pool: Pool, studio: LabelStudio) -> list[Work]:
    """Give the work of every collection that has tasks, in order of their names.

    Raises:
        TransientError: Label Studio cannot be reached.
    """
    return [_work(pool, name, studio) for name in sorted(pool.require().tasks)]


def check_version(studio: LabelStudio) -> None:
    """Make sure that Label Studio is the one the gateway's table of routes was made for.

    Raises:
        OutsideError: It is another version.
    """
    found = studio.version()
    if found != VERSION:
        raise OutsideError(
            "Label Studio",
            "version",
            f"{found} runs, {VERSION} is known",
            hint=f"Install label-studio=={VERSION}, or a datacoop that knows the other version.",
        )


def run(gateway: Gateway, listen: str) -> None:
    """Serve until the process is told to stop.

    Args:
        listen: Address and port, such as `127.0.0.1:8300`.

    Raises:
        SettingsError: It is no address and port.
    """
    host, _, port = listen.rpartition(":")
    if not host or not port.isdecimal():
        raise SettingsError(f"gateway.listen is {listen!r}", hint="Write it as 127.0.0.1:8300.")
    uvicorn.run(
        gateway,
        host=host.strip("[]"),
        port=int(port),
        # Whatever a client says about addresses before it is not believed.
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        http="h11",
        ws="none",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )


def _work(pool: Pool, name: str, studio: LabelStudio) -> Work:
    state = pool.require()
    collection = contract_of(pool, state, name)
    form = parse_form(collection.file("labeling.xml"))
    project = ensure_project(collection, studio)
    routed = routed_records(pool, name)
    records = labelled_records(pool, state, name)
    columns = [RECORD_ID, *form.columns]
    mine = pa.array([i in routed for i in records[RECORD_ID].to_pylist()], pa.bool_())
    table = records.filter(mine).select(columns).combine_chunks()
    ids: list[bytes] = table[RECORD_ID].to_pylist()
    return Work(
        collection=name,
        title=collection.title,
        guidelines=collection.file("guidelines.md"),
        project=project,
        questions=form.questions,
        queue=FixedOverlap(ids, collection.labelling.votes),
        payload=_payloads(table, ids, form.columns),
        task=studio.task_numbers(project).get,
        picture=kept(lambda: picture_of(pool, collection)),
    )


def _payloads(
    table: pa.Table, ids: list[bytes], columns: tuple[str, ...]
) -> Callable[[bytes], Mapping[str, Any] | None]:
    """Look payloads up in the table; as rows of Python they would take many times the memory."""
    rows = {record_id: row for row, record_id in enumerate(ids)}

    def payload(record_id: bytes) -> Mapping[str, Any] | None:
        row = rows.get(record_id)
        if row is None:
            return None
        [task] = make_tasks(table.slice(row, 1), columns, frozenset({record_id}))
        return task.payload

    return payload
