import io
import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import obstore
import pytest
from moto_server import moto_server, open_s3
from pooling import race_processes

from datacoop.errors import OutsideError, SettingsError
from datacoop.pool import object_store
from datacoop.pool.durable import TEMPORARY_PREFIX
from datacoop.pool.object_store import ObjectStore, open_store

RACERS = 8
RACE = """
import sys
from datacoop.pool.object_store import open_store
store = open_store(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
print(*[int(store.create(f"log/{number}", sys.argv[2].encode())) for number in range(20)])
"""
_names = itertools.count()


@pytest.fixture(scope="module")
def s3_endpoint() -> Iterator[str]:
    with moto_server() as url:
        yield url


@pytest.fixture(params=["local", "memory", pytest.param("s3", marks=pytest.mark.integration)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    if request.param == "local":
        return open_store(str(tmp_path / "a folder with 100% odd #names"))
    if request.param == "memory":
        return open_store(f"memory://store-{next(_names)}")
    return open_s3(request.getfixturevalue("s3_endpoint"), f"prefix-{next(_names)}")


def test_what_is_put_is_found_until_it_is_deleted(store: ObjectStore) -> None:
    store.put("a/b", b"one")
    assert (store.get("a/b"), store.find("a/b"), store.size("a/b")) == (b"one", b"one", 3)
    assert (store.size("a"), store.size("a/b/c")) == (None, None)
    store.put("a/b", b"other")
    assert store.get("a/b") == b"other"
    store.delete("a/b")
    assert (store.find("a/b"), store.size("a/b")) == (None, None)


def test_a_missing_key_is_none_or_an_error_that_names_it(store: ObjectStore) -> None:
    assert (store.find("no/such"), store.size("no/such")) == (None, None)
    store.delete("no/such")
    with pytest.raises(OutsideError, match="no/such"):
        store.get("no/such")
    with pytest.raises(OutsideError, match="no/such"):
        store.reader("no/such")


def test_a_store_that_is_empty_lists_nothing(store: ObjectStore) -> None:
    assert list(store.list()) == list(store.list("log")) == store.unfinished() == []


def test_keys_are_listed_sorted_below_a_folder_and_after_a_key(store: ObjectStore) -> None:
    for key in ("log/2", "log/10", "logs/1", "log/1", "blobs/x", "top"):
        store.put(key, b"")
    assert list(store.list("log")) == ["log/1", "log/10", "log/2"]
    assert list(store.list("log", after="log/1")) == ["log/10", "log/2"]
    assert list(store.list("log", after="log/2")) == []
    assert list(store.list()) == ["blobs/x", "log/1", "log/10", "log/2", "logs/1", "top"]


def test_a_list_is_whole_beyond_one_page_of_the_store(store: ObjectStore) -> None:
    keys = [f"log/{number:010d}" for number in range(1_050)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda key: store.put(key, b""), keys))
    assert list(store.list("log")) == keys
    assert list(store.list("log", after=keys[1_000])) == keys[1_001:]


def test_create_leaves_what_is_there(store: ObjectStore) -> None:
    assert store.create("log/0", b"first")
    assert not store.create("log/0", b"second")
    assert store.create("log/0", b"first"), "the same bytes are there: this writer's own"
    assert store.get("log/0") == b"first"


def test_one_of_eight_racing_threads_creates(store: ObjectStore) -> None:
    for number in range(5):
        key = f"log/{number}"
        contents = [f"writer {i}".encode() for i in range(RACERS)]
        with ThreadPoolExecutor(RACERS) as threads:
            won = list(threads.map(lambda content, key=key: store.create(key, content), contents))
        assert won.count(True) == 1
        assert store.get(key) == contents[won.index(True)]


def test_one_of_eight_racing_processes_creates(tmp_path: Path) -> None:
    lines = race_processes(RACE, [[str(tmp_path), str(writer)] for writer in range(RACERS)])
    won = [[value == "1" for value in line.split()] for line in lines]
    store = open_store(str(tmp_path))
    for number, outcomes in enumerate(zip(*won, strict=True)):
        assert outcomes.count(True) == 1
        assert store.get(f"log/{number}") == str(outcomes.index(True)).encode()
    assert len(list(store.list("log"))) == 20


@pytest.mark.parametrize("before", [b"", b"another's"])
def test_create_whose_reply_is_lost_knows_who_won(
    monkeypatch: pytest.MonkeyPatch, before: bytes
) -> None:
    store = open_store(f"memory://lost-{next(_names)}")
    if before:
        store.put("log/0", before)
    real, calls = obstore.put, []

    def put_and_lose_the_reply(*args: Any, **options: Any) -> None:
        calls.append(args)
        real(*args, **options)
        raise obstore.exceptions.GenericError("connection closed")

    monkeypatch.setattr(object_store.obstore, "put", put_and_lose_the_reply)
    assert store.create("log/0", b"mine") is not before.startswith(b"a")
    assert len(calls) == 1
    assert store.get("log/0") == (before or b"mine")


def test_create_that_never_reaches_the_store_tries_again_and_then_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = open_store(f"memory://unreached-{next(_names)}")
    real, failures, waits = obstore.put, [3], []

    def fail_at_first(*args: Any, **options: Any) -> None:
        failures[0] -= 1
        if failures[0] >= 0:
            raise obstore.exceptions.GenericError("no route")
        real(*args, **options)

    monkeypatch.setattr(object_store.obstore, "put", fail_at_first)
    monkeypatch.setattr(object_store.time, "sleep", waits.append)
    assert store.create("log/0", b"mine")
    assert waits == [0.2, 0.4, 0.8]
    failures[0] = 1_000
    with pytest.raises(OutsideError, match="unknown"):
        store.create("log/1", b"mine")
    assert store.find("log/1") is None


def test_unfinished_files_are_never_listed_but_can_be_found(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    store.put("log/0", b"x")
    (tmp_path / "log" / f"{TEMPORARY_PREFIX}killed").write_bytes(b"half")
    assert list(store.list()) == list(store.list("log")) == ["log/0"]
    assert store.unfinished() == [f"log/{TEMPORARY_PREFIX}killed"]


def test_a_reader_seeks_and_reads_ranges(store: ObjectStore) -> None:
    content = bytes(number % 251 for number in range(3_000_000))
    store.put("raw", content)
    with store.reader("raw") as reader:
        assert reader.seekable()
        assert reader.seek(2_500_000) == 2_500_000
        assert reader.read(10) == content[2_500_000:2_500_010]
        assert reader.tell() == 2_500_010
        assert reader.seek(-5, io.SEEK_END) == len(content) - 5
        assert reader.read() == content[-5:]
        assert reader.read(1) == b""
        reader.seek(0)
        assert reader.read() == content


def test_an_empty_object_reads_as_empty(store: ObjectStore) -> None:
    store.put("empty", b"")
    assert store.size("empty") == 0
    assert store.get("empty") == store.reader("empty").read() == b""


def test_put_file_writes_the_whole_file(store: ObjectStore, tmp_path: Path) -> None:
    content = bytes(range(256)) * 5_000
    (tmp_path / "source").write_bytes(content)
    store.put_file("files/0", tmp_path / "source")
    assert store.get("files/0") == content


def test_to_open_a_local_store_makes_no_folder(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "not yet"))
    assert list(store.list()) == []
    assert not (tmp_path / "not yet").exists()


def test_an_address_that_is_no_store_is_a_wrong_setting() -> None:
    with pytest.raises(SettingsError, match="carrier-pigeon"):
        open_store("carrier-pigeon://loft")


def test_options_are_not_in_the_text_of_an_address() -> None:
    store = open_store("memory://quiet", {"secret_access_key": "hidden"})
    assert "hidden" not in repr(store.address)
