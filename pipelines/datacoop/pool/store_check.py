"""What a store can do, tried on it, and what its clock says."""

from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from datacoop.errors import OutsideError
from datacoop.pool.blobs import blob_key
from datacoop.pool.object_store import ObjectStore
from datacoop.records.digest import sha256_hex

PROBE = b"datacoop doctor\n"
"""What is written to try a store: a blob that no entry names, so that `pool gc` finds it."""

SECONDS = 5.0
"""How long an address may take to answer."""


def refuses_overwriting(store: ObjectStore) -> bool:
    """Say whether the store writes, and keeps what is there: commits to the log rest on it.

    Writes one small object, tries to write another in its place, and deletes it.

    Raises:
        OutsideError: It cannot be written.
    """
    key = blob_key(sha256_hex(PROBE))
    if not store.create(key, PROBE):
        return False
    try:
        return not store.create(key, PROBE * 2) and store.find(key) == PROBE
    finally:
        # Who may not delete may still commit.
        with suppress(OutsideError):
            store.delete(key)


def store_seconds_ahead(store: ObjectStore) -> float | None:
    """Give by how many seconds a store's clock is ahead of this machine's.

    Returns:
        None where it has no clock of its own, or does not say.

    Raises:
        OutsideError: It cannot be reached.
    """
    url = store.signed_url(blob_key(sha256_hex(PROBE)), 60)
    return None if url is None else seconds_ahead(url, "object store")


def seconds_ahead(url: str, service: str) -> float | None:
    """Give by how many seconds a server's clock is ahead, by the header `Date` of any answer.

    Raises:
        OutsideError: It cannot be reached.
    """
    request = Request(url, headers={"Range": "bytes=0-0"})  # noqa: S310 - an address of settings
    try:
        with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            told = answer.headers.get("Date")
    except HTTPError as error:
        told = error.headers.get("Date")
    except (OSError, ValueError) as error:
        raise OutsideError(
            service, "connect", type(error).__name__, hint="Is it running, and its address right?"
        ) from None
    if told is None:
        return None
    return (parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds()
