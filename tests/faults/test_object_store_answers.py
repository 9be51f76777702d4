"""An object store that answers 503 or 409, or resets, whether or not it stored what it was sent."""

import itertools
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import boto3
import pytest
from campaign import take_in_once
from fault_counts import ANSWERS, IN_FULL, count
from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.server import ThreadedMotoServer
from pooling import publish, published_pool
from store_proxy import WAYS, StoreProxy, store_proxy
from trusting import find, memory

from datacoop.errors import OutsideError
from datacoop.pool.log import read_log
from datacoop.pool.object_store import ObjectStore, open_store
from datacoop.pool.pool import Pool
from datacoop.pool.signing import read_unverified
from datacoop.read.verify import verify_pool

pytestmark = [pytest.mark.slow, pytest.mark.integration, pytest.mark.timeout(1_800)]
_names = itertools.count()


@pytest.fixture(scope="module")
def proxy() -> Iterator[StoreProxy]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    keys = {"aws_access_key_id": "made-up", "aws_secret_access_key": "made-up"}
    client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", **keys)
    client.create_bucket(Bucket="pool")
    with store_proxy(endpoint) as proxy:
        yield proxy
    server.stop()


@pytest.fixture(scope="module")
def base() -> dict[str, bytes]:
    """Give the files of a pool with one version, and a submission that is in none."""
    store = memory()
    take_in_once(published_pool(store, rows=2), "harbour-2")
    return {key: store.get(key) for key in store.list()}


def open_s3(proxy: StoreProxy, base: dict[str, bytes]) -> ObjectStore:
    """Open a store of its own that holds these files."""
    prefix = f"pool-{next(_names)}"
    for key, content in base.items():
        get_backend("s3")[DEFAULT_ACCOUNT_ID]["aws"].put_object("pool", f"{prefix}/{key}", content)
    options = {
        "endpoint": proxy.url,
        "region": "us-east-1",
        "access_key_id": "made-up",
        "secret_access_key": "made-up",
    }
    return open_store(f"s3://pool/{prefix}", options)


@pytest.fixture(scope="module")
def writes(proxy: StoreProxy, base: dict[str, bytes]) -> int:
    """Count the writes of a publication."""
    proxy.disturb()
    publish(Pool(open_s3(proxy, base)))
    assert proxy.writes > 20
    return proxy.writes


def entered(store: ObjectStore, submission: str) -> int:
    """Count the entries that took a submission in."""
    bodies = [read_unverified("entry", content).predicate["body"] for _, content in read_log(store)]
    return sum(body.get("submission") == submission for body in bodies)


@pytest.mark.parametrize("way", WAYS)
def test_a_commit_that_meets_a_fault_is_entered_once(
    proxy: StoreProxy, base: dict[str, bytes], way: str
) -> None:
    store = open_s3(proxy, base)
    before = proxy.met[way]
    for at in (1, 2, 3):
        submission = f"harbour-{at + 2}"
        proxy.disturb(way, at)
        for _ in range(3):
            with suppress(OutsideError):
                take_in_once(Pool(store), submission)
                break
        assert entered(store, submission) == 1
    proxy.disturb()
    assert verify_pool(store, lambda _, __: None).faults == ()
    count(ANSWERS, "writes of a commit", way, proxy.met[way] - before)


@pytest.mark.parametrize("way", WAYS)
def test_a_publication_that_meets_a_fault_is_old_or_new_and_ends_well_when_run_again(
    proxy: StoreProxy, base: dict[str, bytes], writes: int, tmp_path: Path, way: str
) -> None:
    before = proxy.met[way]
    one = writes * (1 + WAYS.index(way)) // (1 + len(WAYS))
    for at in range(1, writes + 1) if IN_FULL else [one]:
        store = open_s3(proxy, base)
        proxy.disturb(way, at)
        for _ in range(3):
            try:
                publish(Pool(store))
                break
            except OutsideError:
                # A reader who comes meanwhile finds one whole state, with version 1 in it.
                assert find(Pool(store), tmp_path / f"new-{next(_names)}") is not None
        assert find(Pool(store), tmp_path / f"end-{next(_names)}", 2) is not None
        assert verify_pool(store, lambda _, __: None).faults == ()
    count(ANSWERS, "writes of a publication", way, proxy.met[way] - before)
