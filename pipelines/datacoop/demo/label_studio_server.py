"""Run a Label Studio of the demo's own: a child process on this machine, with SQLite."""

import json
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import httpx

from datacoop.demo.accounts import Account, sign_up
from datacoop.errors import OutsideError, SettingsError, TransientError

SERVICE = "Label Studio"
HOST = "127.0.0.1"
OPERATOR = "operator@example.org"

READY_SECONDS = 300.0
"""How long a start may take: the first one makes the database, which takes over a minute."""

_POLL_SECONDS = 0.5
_STOP_SECONDS = 15.0
_FOREIGN = ("LABEL_STUDIO_", "DJANGO_", "POSTGRE_", "REDIS_")
"""Prefixes of variables that would make the child another Label Studio than the demo's."""


class LabelStudioServer:
    """A Label Studio that runs as long as the `with` block does.

    Entering starts it and does not wait: its first start takes over a minute, in which the
    caller can do something else. `wait_until_ready` waits.
    """

    def __init__(self, executable: Path, folder: Path, port: int) -> None:
        """Describe the server; nothing is started yet.

        Args:
            executable: The `label-studio` command of its own environment.
            folder: Where it keeps its data, its log and its credentials. A server that is
                started again in the same folder has the same accounts and projects.
            port: The port to answer on, on this machine only.
        """
        self.url = f"http://{HOST}:{port}"
        self.log = folder / "logs" / "label-studio.log"
        self._executable = executable
        self._folder = folder
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None
        self._credentials: dict[str, str] = {}

    @property
    def token(self) -> str:
        """The API token of the operator."""
        return self._credentials["token"]

    @property
    def password(self) -> str:
        """The password of the operator, whose name is `OPERATOR`."""
        return self._credentials["password"]

    def __enter__(self) -> "LabelStudioServer":
        """Start the server.

        Raises:
            SettingsError: The port is busy, or there is no such executable.
        """
        check_port_free(self._port)
        if not self._executable.is_file():
            raise SettingsError(
                f"there is no Label Studio at {self._executable}",
                hint="Make its environment: uv sync --project infra/label-studio",
            )
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.log.parent.mkdir(exist_ok=True)
        self._credentials = _credentials(self._folder / "credentials.json")
        self._process = self._start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the server and whatever it started."""
        process = self._process
        if process is None:
            return
        # A group of its own: Ctrl-C in the terminal reaches us alone, and we stop it in order.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_SECONDS)
        # Whatever it started may outlive it, or not heed the first signal.
        self.kill()

    def kill(self) -> None:
        """End the server and whatever it started, with no chance to clean up."""
        process = self._process
        if process is not None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def wait_until_ready(
        self,
        progress: Callable[[float], None] = lambda _: None,
        limit_seconds: float = READY_SECONDS,
    ) -> None:
        """Wait until the server answers, and make sure that it is the one started here.

        Args:
            progress: Called about twice a second with the seconds waited.
            limit_seconds: How long to wait.

        Raises:
            OutsideError: It ended by itself, or another program answers on its port.
            TransientError: It is not ready within the limit.
        """
        began = time.monotonic()
        while not self._is_healthy():
            waited = time.monotonic() - began
            if self._has_ended():
                raise OutsideError(SERVICE, "start", "it ended by itself", hint=f"See {self.log}.")
            if waited > limit_seconds:
                detail = f"not ready after {limit_seconds:.0f} seconds"
                raise TransientError(SERVICE, "start", detail, hint=f"See {self.log}.")
            progress(waited)
            time.sleep(_POLL_SECONDS)
        self._check_identity()

    def create_annotators(self, count: int) -> list[Account]:
        """Give `count` accounts for annotators; those made earlier are used again.

        Raises:
            OutsideError: Label Studio refuses.
        """
        try:
            with self._client() as operator:
                invitation = str(operator.get("/api/invite").raise_for_status().json()["token"])
            return [
                sign_up(self.url, f"annotator-{number:02}@example.org", invitation, self.token)
                for number in range(1, count + 1)
            ]
        except (httpx.HTTPError, ValueError, KeyError) as error:
            detail = type(error).__name__
            raise OutsideError(
                SERVICE, "create accounts", detail, hint=f"See {self.log}."
            ) from None

    def _client(self) -> httpx.Client:
        headers = {"Authorization": f"Token {self.token}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False)

    def _command(self) -> list[str]:
        arguments = ["start", "--no-browser", "--internal-host", HOST, "--port", str(self._port)]
        return [str(self._executable), *arguments]

    def _start(self) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - the operator names the executable
                self._command(),
                env=self._environment(os.environ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _environment(self, outer: Mapping[str, str]) -> dict[str, str]:
        kept = {name: value for name, value in outer.items() if not name.startswith(_FOREIGN)}
        return kept | {
            "LABEL_STUDIO_BASE_DATA_DIR": str(self._folder.resolve()),
            "LABEL_STUDIO_USERNAME": OPERATOR,
            "LABEL_STUDIO_PASSWORD": self.password,
            "LABEL_STUDIO_USER_TOKEN": self.token,
            "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
            "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
            "COLLECT_ANALYTICS": "false",
            "LATEST_VERSION_CHECK": "false",
            "SENTRY_DSN": "",
            "FRONTEND_SENTRY_DSN": "",
        }

    def _has_ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def _is_healthy(self) -> bool:
        try:
            response = httpx.get(f"{self.url}/health", timeout=10, trust_env=False)
        except httpx.HTTPError:
            return False
        return response.status_code == httpx.codes.OK

    def _check_identity(self) -> None:
        # Where a port is taken at the last moment Label Studio moves to the next one silently;
        # only the one started here knows the token.
        try:
            with self._client() as client:
                answer = client.get("/api/current-user/whoami").raise_for_status().json()
            is_ours = answer["email"] == OPERATOR and not self._has_ended()
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            is_ours = False
        if not is_ours:
            raise OutsideError(
                SERVICE,
                "start",
                f"another program answers on port {self._port}",
                hint="Choose another port, or end that program.",
            )


def check_port_free(port: int) -> None:
    """Make sure that nothing listens on a port of this machine.

    Label Studio itself would take the next free port without a word.

    Raises:
        SettingsError: Something does.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise SettingsError(
                f"port {port} is busy", hint="Choose another port, or end the program that uses it."
            ) from None


def _credentials(path: Path) -> dict[str, str]:
    """Read the operator's password and token, or make them up at the first start."""
    if not path.exists():
        made = {"password": secrets.token_urlsafe(24), "token": secrets.token_hex(20)}
        path.touch(mode=0o600)
        path.write_text(json.dumps(made), encoding="utf-8")
    held: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return held
