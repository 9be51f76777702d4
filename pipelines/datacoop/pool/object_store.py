"""The object store: a local folder, S3, GCS, Azure, HTTP or memory behind one small class."""

import io
import stat
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast
from urllib.parse import urlsplit

import obstore
import obstore.exceptions as store_errors
from obstore.store import HTTPStore, LocalStore, MemoryStore, from_url

from datacoop.errors import OutsideError, RefusedError, SettingsError, TransientError
from datacoop.pool.durable import TEMPORARY_PREFIX, copy_file, write_file, write_files
from datacoop.pool.store_faults import fault_of
from datacoop.pool.store_options import read_options

CREATE_ATTEMPTS = 5
BACK_OFF_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 10.0
REQUEST_TIMEOUT = timedelta(minutes=2)
"""For one request: enough for a shard over a slow line, since none is written in parts."""
PATIENCE_SECONDS = 180.0
"""How long a job waits for a store that has answered before and is down now."""
GETTERS = 16
"""Objects that are asked of a remote store at a time."""

PORTAL_HEADERS = ("authorization", "datacoop-purpose")
"""What a portal is told; no other option of a store goes to a web server."""

_memory_stores: dict[str, MemoryStore] = {}
_MISSING = (store_errors.NotFoundError, FileNotFoundError, NotADirectoryError)
_ASKED_ONCE = "retries: 0,"
"""What obstore says of a request that it has not sent again by itself."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreAddress:
    """Where a store is and how it is opened: all that travels to a worker."""

    url: str
    """A folder's path, or `memory://NAME`, `s3://BUCKET/PREFIX`, `gs://…`, `az://…`, and to read
    only `https://…`."""
    options: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Options of the store's client by obstore's names, such as `endpoint`. Secrets are named as
    `env:NAME` or `file:PATH` and read where the store is opened; given by code, they may be here.
    Of `https://…` those of `PORTAL_HEADERS`, sent with each request."""


class ObjectStore:
    """Objects by key. Keys are relative, with `/`; a write is atomic, and durable on local disk."""

    def __init__(self, address: StoreAddress, *, patience_seconds: float = 0) -> None:
        self.address = address
        self.patience_seconds = patience_seconds
        """How long a remote store is asked again that fails in a way that may pass."""
        self._folder: Path | None = None
        scheme = urlsplit(address.url).scheme
        if scheme in {"", "file"}:
            self._folder = Path(urlsplit(address.url).path if scheme else address.url).resolve()
            # Made on first write: to open a store must not change the world.
            self._store: obstore.store.ObjectStore = LocalStore()
            self._prefix = f"{self._folder.as_posix().lstrip('/')}/"
        elif scheme == "memory":
            self._store = _memory_stores.setdefault(address.url, MemoryStore())
            self._prefix = ""
        else:
            self._store = _remote(address)
            self._prefix = ""

    def be_patient(self) -> None:
        """Ask the store once; from now on wait for it when it is down.

        Raises:
            OutsideError: It is not there, or refuses.
        """
        self.find("log/none")
        self.patience_seconds = PATIENCE_SECONDS

    def get(self, key: str) -> bytes:
        """Give the object at `key`.

        Raises:
            OutsideError: There is none, or the store failed.
            TransientError: The store failed in a way that may not happen again.
        """
        content = self.find(key)
        if content is None:
            raise OutsideError(
                "object store", "get", f"{key} is missing", hint="Run `datacoop verify` on it."
            )
        return content

    def find(self, key: str) -> bytes | None:
        """Give the object at `key`, or none where there is none."""
        try:
            return self._ask("get", key, lambda _: self._bytes(key), may_miss=True)
        except _MISSING:
            return None

    def _bytes(self, key: str) -> bytes:
        if self._folder is not None:
            return (self._folder / key).read_bytes()
        return bytes(obstore.get(self._store, self._prefix + key).bytes())

    def _ask(
        self, operation: str, key: str, ask: Callable[[str], T], *, may_miss: bool = False
    ) -> T:
        """Ask the store for something at `key`, again and again while it may pass.

        Raises:
            OutsideError: It failed.
            NotFoundError: There is nothing at `key`, where it `may_miss`; or Python's for a disk.
        """
        end = time.monotonic() + self.patience_seconds
        wait = BACK_OFF_SECONDS
        while True:
            try:
                return ask(self._prefix + key)
            except (store_errors.BaseError, OSError) as error:
                if may_miss and isinstance(error, _MISSING) and not fault_of(error).said:
                    raise
                failure = _failure(self.address, operation, key, error)
                if not isinstance(failure, TransientError) or time.monotonic() >= end:
                    raise failure from error if isinstance(failure, OutsideError) else None
            time.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT_SECONDS)

    def get_all(self, keys: Sequence[str]) -> Sequence[bytes]:
        """Give the objects at `keys`, in order; from a remote store `GETTERS` at a time.

        Raises:
            OutsideError: As `get` does.
        """
        if self._folder is not None or len(keys) < 2:
            return [self.get(key) for key in keys]
        with ThreadPoolExecutor(GETTERS) as getters:
            return list(getters.map(self.get, keys))

    def local_path(self, key: str) -> Path | None:
        """Give the file that holds the object at `key`, or none where the store is no folder."""
        return None if self._folder is None else self._folder / key

    def put(self, key: str, content: bytes | memoryview) -> None:
        """Write `content` at `key`, in place of what is there."""
        folder = self._folder
        if folder is not None:
            self._ask("put", key, lambda _: write_file(folder / key, content, exclusive=False))
            return
        # In one request, so that a writer that is killed leaves no parts behind.
        self._ask(
            "put", key, lambda path: obstore.put(self._store, path, content, use_multipart=False)
        )

    def put_all(self, folder: str, contents: Mapping[str, bytes]) -> None:
        """Write objects into one folder, in place of what is there; on local disk in one wait."""
        if self._folder is None:
            for name, content in contents.items():
                self.put(f"{folder}/{name}", content)
            return
        place = self._folder / folder
        self._ask("put", folder, lambda _: write_files(place, contents))

    def put_file(self, key: str, source: Path) -> None:
        """Write the file `source`, of any size, at `key`, in place of what is there."""
        folder = self._folder
        if folder is not None:
            self._ask("put", key, lambda _: copy_file(source, folder / key))
        else:
            self._ask("put", key, lambda path: obstore.put(self._store, path, source))

    def create(self, key: str, content: bytes) -> bool:
        """Write `content` at `key` only where nothing is: the one step on which commits rest.

        A reply can be lost after the store has written, and the client's own retry is then told
        that the key exists. So on any error the key is read back and compared. Two writers that
        must not both win put something of their own into `content`.

        Returns:
            Whether `key` now holds `content`.

        Raises:
            OutsideError: It could not be found out; the outcome is unknown.
        """
        folder = self._folder
        if folder is not None:
            wrote = self._ask(
                "create", key, lambda _: write_file(folder / key, content, exclusive=True)
            )
            return wrote or self.find(key) == content
        end, attempt = time.monotonic() + self.patience_seconds, 0
        while attempt < CREATE_ATTEMPTS or time.monotonic() < end:
            try:
                obstore.put(self._store, self._prefix + key, content, mode="create")
            except (store_errors.BaseError, OSError) as error:
                known, present = self._look(key)
                if present is not None:
                    return present == content
                fault = fault_of(error)
                # Refused at the first asking it was not written, nor where nothing is there.
                is_first = attempt == 0 and _ASKED_ONCE in str(error)
                if (known or is_first) and fault.said and not fault.passes:
                    raise _failure(self.address, "create", key, error) from error
                time.sleep(min(BACK_OFF_SECONDS * 2**attempt, LONGEST_WAIT_SECONDS))
                attempt += 1
            else:
                return True
        raise OutsideError(
            "object store", "create", f"the outcome for {key} is unknown", hint="Run it again."
        )

    def reader(self, key: str) -> BinaryIO:
        """Open the object at `key` for reading: seekable, buffered, never read whole."""
        folder = self._folder
        if folder is not None:
            return self._ask("read", key, lambda _: (folder / key).open("rb"))
        size = self.size(key)
        if size is None:
            self.get_range(key, 0, 1)  # whose answer says what is missing
            raise OutsideError("object store", "read", key)
        return cast(BinaryIO, io.BufferedReader(_RangeReader(self, key, size), 1 << 20))

    def get_range(self, key: str, start: int, length: int) -> bytes:
        """Give `length` bytes, one or more, of the object at `key`."""
        return self._ask(
            "read",
            key,
            lambda path: bytes(obstore.get_range(self._store, path, start=start, length=length)),
        )

    def size(self, key: str) -> int | None:
        """Give the size in bytes of the object at `key`, or none where there is none."""
        folder = self._folder
        try:
            if folder is not None:
                # obstore would have a thread of its own ask the disk.
                return self._ask("head", key, lambda _: _file_size(folder / key), may_miss=True)
            return self._ask("head", key, self._head, may_miss=True)
        except _MISSING:
            return None

    def _head(self, path: str) -> int:
        try:
            return int(obstore.head(self._store, path)["size"])
        except _MISSING:
            raise
        except store_errors.BaseError:
            # The answer to a HEAD has no body; that to a GET says what is wrong.
            obstore.get_range(self._store, path, start=0, length=1)
            raise

    def signed_url(self, key: str, seconds: int) -> str | None:
        """Give an address under which anybody can get the object for so long.

        Returns:
            None where the store is a folder or another that signs nothing.
        """
        if urlsplit(self.address.url).scheme not in _SIGNING:
            return None
        store: Any = self._store
        try:
            return str(obstore.sign(store, "GET", key, timedelta(seconds=seconds)))
        except store_errors.BaseError as error:
            raise _failure(self.address, "sign", key, error) from error

    def unfinished(self) -> list[str]:
        """List the keys of files that killed writes left behind; none but on local disk."""
        if self._folder is None or not self._folder.is_dir():
            return []
        paths = self._folder.rglob(f"{TEMPORARY_PREFIX}*")
        return sorted(path.relative_to(self._folder).as_posix() for path in paths)

    def list(self, prefix: str = "", *, after: str = "") -> Iterator[str]:
        """Give the keys below the folder `prefix`, sorted, those that follow `after` only."""
        if self._folder is not None and not (self._folder / prefix).is_dir():
            return
        offset = self._prefix + after if after else None

        def found_below(path: str) -> list[str]:
            pages = obstore.list(self._store, path, offset=offset)
            return [meta["path"][len(self._prefix) :] for page in pages for meta in page]

        found = self._ask("list", prefix, found_below)
        yield from sorted(k for k in found if not k.split("/")[-1].startswith(TEMPORARY_PREFIX))

    def delete(self, key: str) -> None:
        """Remove the object at `key`; one that is missing is no error."""
        with suppress(*_MISSING):
            self._ask("delete", key, lambda path: obstore.delete(self._store, path), may_miss=True)

    def _look(self, key: str) -> tuple[bool, bytes | None]:
        """Give what is at `key`, after whether that could be seen."""
        try:
            return True, self._bytes(key)
        except _MISSING:
            return True, None
        except (store_errors.BaseError, OSError):
            return False, None


def _file_size(path: Path) -> int:
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise FileNotFoundError(path)
    return found.st_size


class _RangeReader(io.RawIOBase):
    """A remote object as a raw file: each read is one range request."""

    def __init__(self, store: ObjectStore, key: str, size: int) -> None:
        self._store = store
        self._key = key
        self._size = size
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer)).cast("B")
        length = min(len(view), self._size - self._position)
        if length <= 0:
            return 0
        view[:length] = self._store.get_range(self._key, self._position, length)
        self._position += length
        return length


def open_store(url: str, options: Mapping[str, str] | None = None) -> ObjectStore:
    """Open the store at `url`: a folder's path, or `memory://NAME`, `s3://BUCKET/PREFIX`.

    Args:
        options: Options of the store's client by obstore's names; unset ones come from the
            environment as that store's own tools read it.
    """
    return ObjectStore(StoreAddress(url=url, options=tuple(sorted((options or {}).items()))))


def open_address(address: StoreAddress) -> ObjectStore:
    """Open the store of a job at an address: it waits for the store when that is down.

    In a worker: in `DoFn.setup`, for a fork would hang it.
    """
    return ObjectStore(address, patience_seconds=PATIENCE_SECONDS)


def _remote(address: StoreAddress) -> obstore.store.ObjectStore:
    options = read_options(address.options)
    if urlsplit(address.url).scheme in {"http", "https"}:
        # Never by `from_url`, which takes the web address of an S3 bucket for the bucket.
        told = {name: value for name, value in options.items() if name in PORTAL_HEADERS}
        client = {"allow_http": address.url.startswith("http://"), "default_headers": told}
        return HTTPStore.from_url(address.url, client_options=cast(Any, client))
    client = {"timeout": REQUEST_TIMEOUT}
    if options.get("endpoint", "").startswith("http://"):
        client["allow_http"] = True
    try:
        # obstore types its options store by store; here they come from a settings file.
        build: Any = from_url
        store: obstore.store.ObjectStore = build(address.url, config=options, client_options=client)
    except (store_errors.BaseError, ValueError) as error:
        raise SettingsError(
            f"cannot open the store {address.url!r}",
            hint="Use a folder, s3://BUCKET/PREFIX, gs://…, az://… or https://…, and check its "
            "options.",
        ) from error
    return store


_SIGNING = frozenset({"s3", "s3a", "gs", "az"})
_ASK = "Ask the operator of the pool for a grant that covers it."
_REFUSALS = {
    "grant_missing": ("it wants a grant", "Open the pool with grant=, the file you were given."),
    "grant_invalid": ("the grant is not one that the operator signed", _ASK),
    "grant_unknown": ("the log of the pool does not know the grant", _ASK),
    "grant_revoked": ("the grant was revoked", _ASK),
    "grant_ended": ("the grant has ended", _ASK),
    "grant_not_begun": ("the grant has not begun", "Come back on its first day."),
    "grant_collection": ("the grant is for other collections", _ASK),
    "grant_purpose": ("the grant is not for this purpose", _ASK),
    "grant_terms": ("the terms of the rows do not permit it under this grant", _ASK),
    "version_withdrawn": (
        "the version was withdrawn",
        "Open the pool without a pinned digest; the error then says what replaces it.",
    ),
}
"""What a portal says and what a reader is told of it, by reason."""


def _portal_refusal(address: StoreAddress, error: Exception) -> RefusedError | None:
    """Say why a portal refused, in our own words; none where it was no portal that did."""
    if urlsplit(address.url).scheme not in {"http", "https"}:
        return None
    text = str(error)
    for reason, (said, hint) in _REFUSALS.items():
        if f'"reason":"{reason}"' in text:
            return RefusedError(f"the portal refuses: {said}", hint=hint)
    return None


def _failure(
    address: StoreAddress, operation: str, key: str, error: Exception
) -> RefusedError | OutsideError:
    refusal = _portal_refusal(address, error)
    if refusal is not None:
        return refusal
    fault = fault_of(error)
    kind = TransientError if fault.passes and _is_remote(address) else OutsideError
    said = f"{key}: {fault.said}" if fault.said else key
    return kind("object store", operation, said, hint=fault.hint)


def _is_remote(address: StoreAddress) -> bool:
    return "://" in address.url and not address.url.startswith(("file:", "memory:"))
