"""Run one of the applications."""

import uvicorn
from starlette.types import ASGIApp

from datacoop.errors import SettingsError

KEEP_ALIVE_SECONDS = 15
DRAIN_SECONDS = 20
"""How long a stop waits for answers that are under way."""


def run(app: ASGIApp, listen: str) -> None:
    """Serve until the process is told to stop.

    Args:
        listen: Address and port, such as `127.0.0.1:8300`.

    Raises:
        SettingsError: It is no address and port.
    """
    host, _, port = listen.rpartition(":")
    if not host or not port.isdecimal():
        raise SettingsError(f"cannot listen on {listen!r}", hint="Write it as 127.0.0.1:8300.")
    uvicorn.run(
        app,
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
