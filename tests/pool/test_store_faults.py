"""A store that refuses: what is said, what is to be done, and how soon; on a real S3 server."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Timer

import botocore.auth
import pytest
from botocore.exceptions import ClientError
from fault_proxy import FaultProxy, unavailable
from versitygw import BUILD_SECONDS, ROOT, Versitygw

from datacoop.errors import OutsideError, TransientError
from datacoop.pool import object_store
from datacoop.pool.object_store import ObjectStore, open_address, open_store
from datacoop.pool.store_faults import fault_of, told_fault

pytestmark = [pytest.mark.integration, pytest.mark.timeout(BUILD_SECONDS)]
SECONDS = 20
"""Within which a person is told, on a machine that others keep busy."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Versitygw]:
    with Versitygw(tmp_path_factory.mktemp("versitygw")) as server:
        server.open("pool").put("there", b"content")
        yield server


def told(act: object) -> OutsideError:
    """Give the error that something ends with, which must come soon."""
    begun = time.monotonic()
    with pytest.raises(OutsideError) as caught:
        act()  # type: ignore[operator]
    assert time.monotonic() - begun < SECONDS
    assert caught.value.hint
    return caught.value


def every_way(store: ObjectStore) -> Iterator[OutsideError]:
    """Try each operation."""
    yield told(lambda: store.find("there"))
    yield told(lambda: store.put("new", b"x"))
    yield told(lambda: store.create("new", b"x"))
    yield told(lambda: list(store.list("there")))
    yield told(lambda: store.reader("there"))
    yield told(store.be_patient)


@pytest.mark.parametrize(
    ("keys", "said", "hint"),
    [
        (("nobody", "secret"), "does not know these credentials", "Correct or renew"),
        ((ROOT[0], "wrong"), "does not know these credentials", "Correct or renew"),
        (("someone", "secret-of-someone"), "may not do that here", "infra/s3"),
    ],
)
def test_wrong_credentials_are_told(
    server: Versitygw, keys: tuple[str, str], said: str, hint: str
) -> None:
    if keys[0] == "someone":
        server.add_user("someone")
    for error in every_way(server.open("pool", keys)):
        assert said in str(error)
        assert hint in error.hint
    error = told(lambda: server.open("pool", keys).size("there"))
    assert said in str(error), "though the answer to a HEAD says nothing"


def test_a_bucket_that_is_not_there_is_told_and_is_no_empty_store(server: Versitygw) -> None:
    for error in every_way(open_store("s3://no-such-bucket", server.options())):
        assert "no such bucket" in str(error)
        assert "settings" in error.hint


def test_a_wrong_region_is_told(server: Versitygw) -> None:
    options = {**server.options(), "region": "eu-elsewhere-1"}
    for error in every_way(open_store("s3://pool", options)):
        assert "the region is wrong" in str(error)


def test_an_endpoint_that_is_down_is_told(server: Versitygw) -> None:
    options = {**server.options(), "endpoint": "http://127.0.0.1:9"}
    error = told(open_store("s3://pool", options).be_patient)
    assert "does not answer" in str(error)
    assert "endpoint" in error.hint


def test_a_clock_an_hour_off_is_told(server: Versitygw, monkeypatch: pytest.MonkeyPatch) -> None:
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda **_: an_hour_ago)
    client = server.client()
    answers = []
    client.meta.events.register(
        "after-call", lambda http_response, **_: answers.append(http_response)
    )
    with pytest.raises(ClientError, match="RequestTimeTooSkewed"):
        client.get_object(Bucket="pool", Key="there")
    body = answers[0].content

    def skewed(handler: object) -> None:
        handler.reply(403, body)  # type: ignore[attr-defined]

    with FaultProxy(server.url) as proxy:
        proxy.plan("GET", "/pool/there", skewed)
        store = open_store("s3://pool", {**server.options(), "endpoint": proxy.url})
        error = told(lambda: store.find("there"))
    assert "clock" in str(error)
    assert "NTP" in error.hint


@pytest.mark.parametrize(
    ("code", "said"),
    [("ExpiredToken", "have expired"), ("QuotaExceeded", "is full"), ("XMinioStorageFull", "full")],
)
def test_other_refusals_are_told(server: Versitygw, code: str, said: str) -> None:
    body = f"<Error><Code>{code}</Code></Error>".encode()

    def refuse(handler: object) -> None:
        handler.reply(400, body)  # type: ignore[attr-defined]

    with FaultProxy(server.url) as proxy:
        proxy.plan("GET", "/pool/there", refuse)
        store = open_store("s3://pool", {**server.options(), "endpoint": proxy.url})
        assert said in str(told(lambda: store.find("there")))


def test_a_full_store_is_told_and_nothing_half_written_is_seen(tmp_path: Path) -> None:
    with Versitygw(tmp_path, disk_bytes=1 << 20) as server:
        store = server.open("pool")
        store.put("first", b"x" * 200_000)
        for act in (
            lambda: store.put("second", b"x" * 2_000_000),
            lambda: store.create("third", b"x" * 2_000_000),
        ):
            error = told(act)
            assert "the store is full" in str(error)
            assert "Make room" in error.hint
        assert list(store.list()) == ["first"]
        store.put("second", b"x" * 100_000)
        assert list(store.list()) == ["first", "second"]


def test_a_full_disk_is_told_as_a_full_store_is() -> None:
    assert "full" in fault_of(OSError(28, "No space left on device")).said


def test_a_patient_store_waits_while_the_server_is_down(server: Versitygw) -> None:
    patient = open_address(server.open("pool").address)
    impatient = server.open("pool")
    server.kill()
    try:
        assert isinstance(told(lambda: impatient.find("there")), TransientError)
    finally:
        server.start()
    server.kill()
    begun = time.monotonic()
    later = Timer(5, server.start)
    later.start()
    assert patient.find("there") == b"content"
    assert time.monotonic() - begun >= 5
    later.join()


def test_patience_ends(server: Versitygw, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(object_store, "PATIENCE_SECONDS", 0.5)
    with FaultProxy(server.url) as proxy:
        proxy.plan("GET", "/pool/there", *[unavailable] * 1_000)
        store = open_store("s3://pool", {**server.options(), "endpoint": proxy.url})
        store.be_patient()
        assert isinstance(told(lambda: store.find("there")), TransientError)


def test_a_worker_s_refusal_is_told_in_words_of_ours() -> None:
    text = (
        "RuntimeError: Traceback\n  quoted row\n"
        "datacoop.errors.OutsideError: object store failed at put: a/b: the store is full "
        "[while running 'X']\n"
    )
    found = told_fault(text)
    assert found is not None
    assert found[0] == "an object store failed a worker: the store is full"
    assert told_fault("datacoop.errors.OutsideError: something else") is None
