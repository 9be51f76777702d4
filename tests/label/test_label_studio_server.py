"""The local Label Studio: its start, its end, and what may stand in its way."""

import http.server
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from datacoop.demo.label_studio_server import LabelStudioServer, check_port_free
from datacoop.errors import OutsideError, SettingsError, TransientError

pytestmark = pytest.mark.timeout(120)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make_executable(folder: Path, program: str) -> Path:
    """Write a stand-in for the `label-studio` command: a Python program."""
    path = folder / "label-studio"
    path.write_text(f"#!{sys.executable}\n{program}")
    path.chmod(0o700)
    return path


ENDS = "raise SystemExit(3)"
HANGS = "import time; time.sleep(600)"
STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_DFL)
deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
child = subprocess.Popen([sys.executable, "-c", deaf])
open(sys.argv[0] + ".child", "w").write(str(child.pid))
time.sleep(600)
"""
TELLS_ENVIRONMENT = """
import os, sys
open(sys.argv[0] + ".environment", "w").write(repr(dict(os.environ)))
"""


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def has_ended(pid: int) -> bool:
    """Wait a little for the kernel, which ends a process after the signal was sent."""
    for _ in range(50):
        if not is_running(pid):
            return True
        time.sleep(0.1)
    return False


def wait_for(path: Path) -> str:
    for _ in range(100):
        if path.exists() and path.read_text():
            return path.read_text()
        time.sleep(0.1)
    pytest.fail(f"{path.name} never came")


def test_a_busy_port_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        with (
            pytest.raises(SettingsError, match=f"port {port} is busy") as caught,
            LabelStudioServer(make_executable(tmp_path, HANGS), tmp_path / "data", port),
        ):
            pytest.fail("it started")
    assert "another port" in caught.value.hint
    assert not (tmp_path / "data").exists()


def test_a_port_on_all_addresses_is_busy_too() -> None:
    with socket.socket() as busy:
        busy.bind(("0.0.0.0", 0))  # noqa: S104 - the case under test
        busy.listen()
        with pytest.raises(SettingsError, match="busy"):
            check_port_free(busy.getsockname()[1])


def test_a_missing_executable_is_said(tmp_path: Path) -> None:
    with (
        pytest.raises(SettingsError, match="no Label Studio at") as caught,
        LabelStudioServer(tmp_path / "absent", tmp_path, free_port()),
    ):
        pytest.fail("it started")
    assert "infra/label-studio" in caught.value.hint


def test_a_server_that_ends_by_itself_is_told_with_its_log(tmp_path: Path) -> None:
    executable = make_executable(tmp_path, ENDS)
    with (
        LabelStudioServer(executable, tmp_path / "data", free_port()) as server,
        pytest.raises(OutsideError, match="ended by itself") as caught,
    ):
        server.wait_until_ready()
    assert "label-studio.log" in caught.value.hint


def test_waiting_has_a_limit_and_tells_its_progress(tmp_path: Path) -> None:
    executable = make_executable(tmp_path, HANGS)
    waited: list[float] = []
    with (
        LabelStudioServer(executable, tmp_path / "data", free_port()) as server,
        pytest.raises(TransientError, match="not ready after 1 seconds"),
    ):
        server.wait_until_ready(waited.append, limit_seconds=1)
    assert waited == sorted(waited)
    assert waited


def test_an_impostor_on_the_port_is_found_out(tmp_path: Path) -> None:
    class Impostor(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: object) -> None:
            pass

    port = free_port()
    with LabelStudioServer(make_executable(tmp_path, HANGS), tmp_path / "data", port) as server:
        # It takes the port after the check, as another program may.
        impostor = http.server.ThreadingHTTPServer(("127.0.0.1", port), Impostor)
        threading.Thread(target=impostor.serve_forever, daemon=True).start()
        with pytest.raises(OutsideError, match="another program answers"):
            server.wait_until_ready()
        impostor.shutdown()
        impostor.server_close()


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_leaving_ends_the_server_and_its_children(
    tmp_path: Path, error: type[BaseException]
) -> None:
    server = LabelStudioServer(make_executable(tmp_path, STUBBORN), tmp_path / "data", free_port())
    children: list[int] = []

    def play() -> None:
        with server:
            children.append(int(wait_for(tmp_path / "label-studio.child")))
            assert is_running(children[0])
            raise error

    with pytest.raises(error):
        play()
    assert has_ended(children[0])


def test_an_interrupt_from_the_terminal_ends_the_server(tmp_path: Path) -> None:
    executable = make_executable(tmp_path, STUBBORN)
    program = (
        # Where tests run in the background, the shell has told them not to heed the terminal.
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from pathlib import Path\n"
        "from datacoop.demo.label_studio_server import LabelStudioServer\n"
        f"with LabelStudioServer(Path({str(executable)!r}), Path({str(tmp_path / 'data')!r}),"
        f" {free_port()}) as server:\n    server.wait_until_ready()\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.DEVNULL)
    child = int(wait_for(tmp_path / "label-studio.child"))
    os.kill(parent.pid, signal.SIGINT)
    parent.wait(30)
    assert has_ended(child)


def test_the_server_gets_no_settings_meant_for_another_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_DB", "default")
    monkeypatch.setenv("POSTGRE_HOST", "production.example.org")
    monkeypatch.setenv("LABEL_STUDIO_HOST", "https://labels.example.org")
    executable = make_executable(tmp_path, TELLS_ENVIRONMENT)
    with LabelStudioServer(executable, tmp_path / "data", free_port()):
        told = wait_for(tmp_path / "label-studio.environment")
    assert "example.org'" in told  # the operator's name
    assert not {"DJANGO_DB", "POSTGRE_HOST", "LABEL_STUDIO_HOST"} & set(eval(told))  # noqa: S307 - ours


def test_credentials_are_kept_private_and_for_the_next_start(tmp_path: Path) -> None:
    executable = make_executable(tmp_path, HANGS)
    tokens = []
    for _ in range(2):
        with LabelStudioServer(executable, tmp_path / "data", free_port()) as server:
            tokens.append(server.token)
    assert tokens[0] == tokens[1]
    assert len(tokens[0]) == 40
    held = tmp_path / "data" / "credentials.json"
    assert stat.S_IMODE(held.stat().st_mode) == 0o600
    assert stat.S_IMODE(held.parent.stat().st_mode) == 0o700


@pytest.mark.integration
def test_only_the_machine_itself_is_served(server: LabelStudioServer) -> None:
    port = int(server.url.rsplit(":", 1)[1])
    listening = Path("/proc/net/tcp").read_text().splitlines()[1:]
    local = [line.split()[1] for line in listening if line.split()[3] == "0A"]
    assert [address for address in local if address.endswith(f":{port:04X}")] == [
        f"0100007F:{port:04X}"
    ]


@pytest.mark.integration
def test_nobody_signs_up_without_the_link(server: LabelStudioServer) -> None:
    with httpx.Client(base_url=server.url, timeout=60) as browser:
        page = browser.get("/user/signup/").text
        form = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        content = {
            "csrfmiddlewaretoken": form,
            "email": "eve@example.org",
            "password": "a-long-password-1",
        }
        assert browser.post("/user/signup/", data=content).status_code == 403


@pytest.mark.integration
def test_annotators_have_accounts_of_their_own_and_keep_them(server: LabelStudioServer) -> None:
    made = server.create_annotators(3)
    assert len({account.user_id for account in made}) == 3
    assert len({account.token for account in made} | {server.token}) == 4
    assert server.create_annotators(3) == made
    assert made[0].token not in repr(made[0])
