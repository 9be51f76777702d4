"""Read from stores as they are out there: HTTP and S3; that fail, lie, or are read after a fork."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import boto3
import pytest
from fault_proxy import Fault, FaultProxy, refused, reset, unavailable
from moto_server import moto_server
from pooling import COLLECTION, PURPOSE, published_pool
from reading import http_server, make_selection, numbers
from versitygw import BUILD_SECONDS, ROOT, Versitygw

from datacoop.errors import IntegrityError, OutsideError, SettingsError
from datacoop.pool.blobs import blob_key
from datacoop.pool.object_store import ObjectStore, open_store
from datacoop.read import download as download_module
from datacoop.read.cache import BlobCache
from datacoop.read.fetch import Fetcher
from datacoop.read.open import open_pool
from datacoop.read.selection import Selection

SIZES = (1_500, 700, 30)
ROWS = list(range(sum(SIZES)))
FORKED = """
import multiprocessing, sys
from pathlib import Path
import datacoop
options = dict(pair.split("=", 1) for pair in sys.argv[3:])
pool = datacoop.open(sys.argv[1], cache=Path(sys.argv[2]), options=options)
version = pool.version("documents", 1, purpose="model-training")
def read(queue):
    queue.put(sum(1 for _ in version.rows()))
context = multiprocessing.get_context("fork")
queue = context.Queue()
for _ in range(2):
    context.Process(target=read, args=(queue,), daemon=True).start()
print(queue.get(timeout=60), queue.get(timeout=60), sum(1 for _ in version.rows()))
"""


def elsewhere(selection: Selection, store: ObjectStore, folder: Path) -> Selection:
    """Give the same selection, read from another store."""
    cache = BlobCache(folder=folder)
    return replace(selection, fetcher=Fetcher(address=store.address, cache=cache))


@pytest.fixture
def selection(tmp_path: Path) -> Selection:
    return make_selection(open_store(str(tmp_path / "store")), tmp_path / "cache", SIZES)


@pytest.fixture
def proxy(tmp_path: Path, selection: Selection) -> Iterator[FaultProxy]:
    with http_server(tmp_path / "store") as url, FaultProxy(url) as proxy:
        yield proxy


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download_module, "BACK_OFF_SECONDS", 0.01)


@pytest.fixture(params=["moto", "versitygw"])
def s3_pool(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Give address and options of a bucket that holds a published pool."""
    servers = {"moto": moto, "versitygw": versitygw}
    with_server = servers[request.param](tmp_path)
    endpoint = next(with_server)
    keys = dict(zip(("access_key_id", "secret_access_key"), ROOT, strict=True))
    options = {"endpoint": endpoint, "region": "us-east-1", **keys}
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        **{f"aws_{k}": v for k, v in keys.items()},
    )
    client.create_bucket(Bucket="pool")
    url = f"s3://pool/{tmp_path.name}"  # one moto serves all tests of a process
    if request.param == "versitygw":
        options["virtual_hosted_style_request"] = "false"
    published_pool(open_store(url, options), rows=20)
    yield url, options
    with_server.close()


def moto(_: Path) -> Iterator[str]:
    with moto_server() as url:
        yield url


def versitygw(folder: Path) -> Iterator[str]:
    with Versitygw(folder / "versitygw") as server:
        yield server.url


@pytest.mark.timeout(BUILD_SECONDS)
@pytest.mark.integration
def test_a_pool_on_s3_is_read_and_read_again_from_the_cache(
    s3_pool: tuple[str, dict[str, str]], tmp_path: Path
) -> None:
    url, options = s3_pool
    reader = open_pool(url, options=options, cache=tmp_path / "cache")
    version = reader.version(COLLECTION, 1, purpose=PURPOSE)
    table = version.to_table()
    assert table.num_rows == 40
    kept = {path.name for path in (tmp_path / "cache" / "blobs").iterdir() if path.is_file()}
    assert kept == {version.digest, *(shard.sha256 for shard in version.shards())}
    store = open_store(url, options)
    for shard in version.shards():
        store.delete(blob_key(shard.sha256))
    again = open_pool(url, options=options, cache=tmp_path / "cache", trust=version.digest)
    assert again.version(COLLECTION, 1, purpose=PURPOSE).to_table() == table


@pytest.mark.timeout(BUILD_SECONDS)
@pytest.mark.integration
def test_forked_processes_read_s3_after_their_parent_has(
    s3_pool: tuple[str, dict[str, str]], tmp_path: Path
) -> None:
    url, options = s3_pool
    pairs = [f"{name}={value}" for name, value in options.items()]
    assert fork_and_read(url, tmp_path / "cache", *pairs) == "40 40 40"


def test_forked_processes_read_a_folder_after_their_parent_has(tmp_path: Path) -> None:
    published_pool(open_store(str(tmp_path / "pool")), rows=20)
    assert fork_and_read(str(tmp_path / "pool"), tmp_path / "cache") == "40 40 40"


def fork_and_read(url: str, cache: Path, *options: str) -> str:
    command = [sys.executable, "-c", FORKED, url, str(cache), *options]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_a_pool_behind_a_plain_web_server_is_read(tmp_path: Path) -> None:
    published_pool(open_store(str(tmp_path / "web" / "a pool")), rows=20)
    with http_server(tmp_path / "web") as url:
        reader = open_pool(f"{url}/a%20pool", cache=tmp_path / "cache")
        assert reader.versions(COLLECTION) == [1]
        version = reader.version(COLLECTION, 1, purpose=PURPOSE)
        assert version.to_table().num_rows == 40
        store = open_store(f"{url}/a%20pool")
        key = blob_key(version.shards()[0].sha256)
        with store.reader(key) as file:
            file.seek(10)
            assert file.read(20) == store.get(key)[10:30], "a range request"
        assert fork_and_read(f"{url}/a%20pool", tmp_path / "other") == "40 40 40"


def half_a_body(handler: object) -> None:
    """Promise a whole body, then break off in the middle."""
    _, body = handler.forward()  # type: ignore[attr-defined]
    handler.send_response(200)  # type: ignore[attr-defined]
    handler.send_header("Content-Length", str(len(body)))  # type: ignore[attr-defined]
    handler.end_headers()  # type: ignore[attr-defined]
    handler.wfile.write(body[: len(body) // 2])  # type: ignore[attr-defined]
    handler.reset()  # type: ignore[attr-defined]


@pytest.mark.parametrize("fault", [unavailable, refused, reset, half_a_body])
def test_what_may_pass_is_tried_again(
    selection: Selection, proxy: FaultProxy, tmp_path: Path, fault: Fault
) -> None:
    proxy.plan("GET", selection.shards[1].sha256, fault, fault)
    read = elsewhere(selection, open_store(proxy.url), tmp_path / "other")
    assert numbers(read.batches()) == ROWS
    assert proxy.count("GET", selection.shards[1].sha256) >= 3


def test_a_store_that_is_gone_for_good_is_an_error(selection: Selection, tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        read = elsewhere(selection, open_store(url), tmp_path / "other")
        with pytest.raises(OutsideError, match=selection.shards[0].sha256):
            next(read.batches())


def test_another_blob_than_asked_for_is_refused_and_not_kept(
    selection: Selection, proxy: FaultProxy, tmp_path: Path
) -> None:
    def lie(handler: object) -> None:
        handler.reply(200, b"something else")  # type: ignore[attr-defined]

    proxy.plan("GET", selection.shards[1].sha256, lie)
    read = elsewhere(selection, open_store(proxy.url), tmp_path / "other")
    with pytest.raises(IntegrityError, match=selection.shards[1].sha256):
        list(read.batches())
    assert not (tmp_path / "other" / selection.shards[1].sha256).exists()
    assert numbers(read.batches()) == ROWS, "the next time the store tells the truth"


def test_without_room_for_a_cache_the_rows_come_all_the_same(
    selection: Selection, proxy: FaultProxy, tmp_path: Path
) -> None:
    (tmp_path / "other").write_text("a file where the folder should be")
    read = elsewhere(selection, open_store(proxy.url), tmp_path / "other")
    assert numbers(read.batches()) == ROWS


def test_each_blob_is_fetched_once_by_shuffled_readers_on_one_machine(
    selection: Selection, proxy: FaultProxy, tmp_path: Path
) -> None:
    reads = [elsewhere(selection, open_store(proxy.url), tmp_path / "other") for _ in range(3)]
    orders = [numbers(read.shuffled(1)) for read in reads]
    assert orders[0] == orders[1] == orders[2]
    assert all(proxy.count("GET", shard.sha256) == 1 for shard in selection.shards)


def test_a_pool_in_memory_read_by_a_forked_process_is_refused_not_hung(tmp_path: Path) -> None:
    read = make_selection(open_store("memory://forked"), tmp_path, SIZES)
    child = os.fork()
    if child == 0:
        try:
            list(read.batches())
        except SettingsError:
            os._exit(7)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


def test_a_shard_of_other_batches_than_blocks_is_refused(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store"))
    read = make_selection(store, tmp_path / "cache", SIZES, batch_rows=600)
    with pytest.raises(IntegrityError, match="1000 a batch"):
        list(read.batches())
