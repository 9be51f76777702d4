import stat
from pathlib import Path

import pytest

from datacoop.errors import SettingsError
from datacoop.pool.keys import Role, key_from_json, load_public_key, load_signing_key, make_key


def make(path: Path) -> Path:
    make_key(path, role=Role.STEWARD, member="harbour", holder="h1")
    return path


def test_a_key_comes_back_from_its_files(tmp_path: Path) -> None:
    public = make_key(tmp_path / "k", role=Role.APPROVER, member="harbour", holder="h1")
    assert load_signing_key(tmp_path / "k").public == public
    assert load_public_key(tmp_path / "k.pub.json") == public
    assert key_from_json(public.to_json()) == public


def test_only_its_owner_can_read_a_private_key(tmp_path: Path) -> None:
    assert stat.S_IMODE(make(tmp_path / "k").stat().st_mode) == 0o600


@pytest.mark.parametrize("there", ["k", "k.pub.json"])
def test_a_key_is_never_overwritten(tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_bytes(b"precious")
    with pytest.raises(SettingsError, match="exists already"):
        make(tmp_path / "k")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [(there, b"precious")]


def test_two_halves_of_two_pairs_are_refused(tmp_path: Path) -> None:
    one, other = make(tmp_path / "one"), make(tmp_path / "other")
    one.write_bytes(other.read_bytes())
    with pytest.raises(SettingsError, match="not one pair"):
        load_signing_key(one)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b'{"keyid":1}', b"null"])
def test_a_file_that_is_no_key_is_a_wrong_setting(tmp_path: Path, content: bytes) -> None:
    path = make(tmp_path / "k")
    path.write_bytes(content)
    with pytest.raises(SettingsError):
        load_signing_key(path)
    (tmp_path / "k.pub.json").write_bytes(content)
    with pytest.raises(SettingsError):
        load_public_key(tmp_path / "k.pub.json")


def test_a_private_key_shows_in_no_repr(tmp_path: Path) -> None:
    path = make(tmp_path / "k")
    secret = path.read_text().splitlines()[1]
    assert secret not in repr(load_signing_key(path))
