"""The demo's gateway process where it cannot start: told, and nothing is left running."""

import socket
from pathlib import Path

import pytest

from datacoop.demo.gateway_server import GatewayServer
from datacoop.errors import OutsideError, SettingsError


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_gateway_that_ends_by_itself_is_told_with_its_log(tmp_path: Path) -> None:
    settings, log = tmp_path / "datacoop.toml", tmp_path / "gateway.log"
    settings.write_text('pool = "pool"\n', encoding="utf-8")
    with pytest.raises(OutsideError, match="ended by itself"):
        GatewayServer(settings, free_port(), "token", log).__enter__()
    assert "gateway.origin is not set" in log.read_text(encoding="utf-8")


def test_a_busy_port_is_told_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(SettingsError, match=f"port {port} is busy"):
            GatewayServer(tmp_path / "x", port, "token", tmp_path / "log").__enter__()
    assert not (tmp_path / "log").exists()
