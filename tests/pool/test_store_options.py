import pickle
from pathlib import Path

import pytest

from datacoop.errors import SettingsError
from datacoop.pool.object_store import open_store
from datacoop.pool.store_options import read_options


def test_options_are_read_from_where_they_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MADE_UP", "one")
    (tmp_path / "secret").write_text("two\n", encoding="utf-8")
    options = {"a": "env:MADE_UP", "b": f"file:{tmp_path / 'secret'}", "c": "three"}
    assert read_options(options.items()) == {"a": "one", "b": "two", "c": "three"}


@pytest.mark.parametrize("value", ["env:NOT_SET_ANYWHERE", "file:/no/such/file"])
def test_what_is_not_there_is_told_with_what_to_do(value: str) -> None:
    with pytest.raises(SettingsError, match=value.partition(":")[2]) as caught:
        read_options([("secret_access_key", value)])
    assert "workers" in caught.value.hint


def test_a_named_secret_does_not_travel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MADE_UP", "hidden-value")
    options = {"region": "x", "access_key_id": "a", "secret_access_key": "env:MADE_UP"}
    store = open_store("s3://bucket", options)
    assert b"hidden-value" not in pickle.dumps(store.address)
