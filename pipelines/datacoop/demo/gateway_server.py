"""Run the gateway of the demo: a child process on this machine, as `datacoop serve gateway`."""

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import httpx

from datacoop.demo.label_studio_server import HOST, check_port_free
from datacoop.errors import OutsideError, TransientError

SERVICE = "the gateway"
READY_SECONDS = 120.0

_POLL_SECONDS = 0.1
_STOP_SECONDS = 30.0


class GatewayServer:
    """A gateway that runs as long as the `with` block does; entering waits until it answers."""

    def __init__(self, settings: Path, port: int, token: str, log: Path) -> None:
        """Describe the server; nothing is started yet.

        Args:
            settings: The settings file, in which the gateway listens on `port`.
            port: A port of this machine.
            token: The API token of Label Studio's operator.
            log: What it writes goes to the end of this file.
        """
        self.origin = origin_on(port)
        self._settings, self._port, self._token, self._log = settings, port, token, log
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "GatewayServer":
        """Start the gateway.

        Raises:
            SettingsError: The port is busy.
            OutsideError: It ended by itself.
            TransientError: It is not ready in time.
        """
        check_port_free(self._port)
        command = [sys.executable, "-m", "datacoop.cli.main", "serve", "gateway"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [*command, "--config", str(self._settings)],
                env={**os.environ, "LABEL_STUDIO_TOKEN": self._token},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the gateway; answers under way are finished."""
        self._stop()

    def _stop(self) -> None:
        process = self._process
        if process is not None:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(_STOP_SECONDS)
            process.kill()
            process.wait()

    def _wait_until_ready(self) -> None:
        limit = time.monotonic() + READY_SECONDS
        while not self._is_healthy():
            if self._process is None or self._process.poll() is not None:
                hint = f"See {self._log}."
                raise OutsideError(SERVICE, "start", "it ended by itself", hint=hint)
            if time.monotonic() > limit:
                raise TransientError(SERVICE, "start", f"not ready after {READY_SECONDS:.0f} s")
            time.sleep(_POLL_SECONDS)

    def _is_healthy(self) -> bool:
        try:
            answer = httpx.get(f"{self.origin}/healthz", timeout=10, trust_env=False)
        except httpx.HTTPError:
            return False
        return answer.status_code == httpx.codes.OK


def origin_on(port: int) -> str:
    """Give where a gateway on a port of this machine is reached."""
    return f"http://{HOST}:{port}"
