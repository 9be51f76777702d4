"""The object store: a local folder, S3, GCS, Azure, HTTP or memory behind one small class."""

import io
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

import obstore
import obstore.exceptions as store_errors
from obstore.store import HTTPStore, LocalStore, MemoryStore, from_url

from datacoop.errors import OutsideError, RefusedError, SettingsError, TransientError
from datacoop.pool.durable import TEMPORARY_PREFIX, copy_file, write_file, write_files

CREATE_ATTEMPTS = 5
BACK_OFF_SECONDS = 0.2
GETTERS = 16
"""Objects that are asked of a remote store at a time."""

PORTAL_HEADERS = ("authorization", "datacoop-purpose")
"""What a portal is told; no other option of a store goes to a web server."""

_memory_stores: dict[str, MemoryStore] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreAddress:
    """Where a store is and how it is opened: all that travels to a worker."""

    url: str
    """A folder's path, or `memory://NAME`, `s3://BUCKET/PREFIX`, `gs://…`, `az://…`, and to read
    only `https://…`."""
    options: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Options of the store's client by obstore's names, such as `endpoint`. May hold secrets.
    Of `https://…` those of `PORTAL_HEADERS`, sent with each request."""


class ObjectStore:
    """Objects by key. Keys are relative, with `/`; a write is atomic, and durable on local disk."""

    def __init__(self, address: StoreAddress) -> None:
        self.address = address
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
            if self._folder is not None:
                return (self._folder / key).read_bytes()
            return bytes(obstore.get(self._store, self._prefix + key).bytes())
        except (store_errors.NotFoundError, FileNotFoundError, NotADirectoryError):
            return None
        except (
            store_errors.PermissionDeniedError,
            store_errors.UnauthenticatedError,
            store_errors.GenericError,
        ) as error:
            refusal = _portal_refusal(self.address, error)
            if refusal is not None:
                raise refusal from None
            if isinstance(error, store_errors.GenericError):
                raise TransientError("object store", "get", key, hint=_HINT) from error
            raise _failure("get", key) from error
        except (store_errors.BaseError, OSError) as error:
            raise _failure("get", key) from error

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
        try:
            if self._folder is not None:
                write_file(self._folder / key, content, exclusive=False)
            else:
                obstore.put(self._store, self._prefix + key, content)
        except (store_errors.BaseError, OSError) as error:
            raise _failure("put", key) from error

    def put_all(self, folder: str, contents: Mapping[str, bytes]) -> None:
        """Write objects into one folder, in place of what is there; on local disk in one wait."""
        if self._folder is None:
            for name, content in contents.items():
                self.put(f"{folder}/{name}", content)
            return
        try:
            write_files(self._folder / folder, contents)
        except OSError as error:
            raise _failure("put", folder) from error

    def put_file(self, key: str, source: Path) -> None:
        """Write the file `source`, of any size, at `key`, in place of what is there."""
        try:
            if self._folder is not None:
                copy_file(source, self._folder / key)
            else:
                obstore.put(self._store, self._prefix + key, source)
        except (store_errors.BaseError, OSError) as error:
            raise _failure("put", key) from error

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
        if self._folder is not None:
            try:
                return write_file(self._folder / key, content, exclusive=True) or (
                    self.find(key) == content
                )
            except OSError as error:
                raise _failure("create", key) from error
        for attempt in range(CREATE_ATTEMPTS):
            try:
                obstore.put(self._store, self._prefix + key, content, mode="create")
            except store_errors.BaseError:
                present = self._find_or_none(key)
                if present is not None:
                    return present == content
                time.sleep(BACK_OFF_SECONDS * 2**attempt)
            else:
                return True
        raise OutsideError(
            "object store", "create", f"the outcome for {key} is unknown", hint="Run it again."
        )

    def reader(self, key: str) -> BinaryIO:
        """Open the object at `key` for reading: seekable, buffered, never read whole."""
        try:
            if self._folder is not None:
                return (self._folder / key).open("rb")
            raw = _RangeReader(self._store, self._prefix + key)
            return cast(BinaryIO, io.BufferedReader(raw, 1 << 20))
        except (store_errors.BaseError, OSError) as error:
            raise _failure("read", key) from error

    def size(self, key: str) -> int | None:
        """Give the size in bytes of the object at `key`, or none where there is none."""
        try:
            return int(obstore.head(self._store, self._prefix + key)["size"])
        except (store_errors.NotFoundError, FileNotFoundError, NotADirectoryError):
            return None
        except (store_errors.BaseError, OSError) as error:
            raise _failure("head", key) from error

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
            raise _failure("sign", key) from error

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
        found: list[str] = []
        try:
            for page in obstore.list(self._store, self._prefix + prefix, offset=offset):
                found += (meta["path"][len(self._prefix) :] for meta in page)
        except (store_errors.BaseError, OSError) as error:
            raise _failure("list", prefix) from error
        yield from sorted(k for k in found if not k.split("/")[-1].startswith(TEMPORARY_PREFIX))

    def delete(self, key: str) -> None:
        """Remove the object at `key`; one that is missing is no error."""
        try:
            obstore.delete(self._store, self._prefix + key)
        except (store_errors.NotFoundError, FileNotFoundError):
            return
        except (store_errors.BaseError, OSError) as error:
            raise _failure("delete", key) from error

    def _find_or_none(self, key: str) -> bytes | None:
        try:
            return self.find(key)
        except OutsideError:
            return None


class _RangeReader(io.RawIOBase):
    """A remote object as a raw file: each read is one range request."""

    def __init__(self, store: obstore.store.ObjectStore, path: str) -> None:
        self._store = store
        self._path = path
        self._size = int(obstore.head(store, path)["size"])
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
        content = obstore.get_range(self._store, self._path, start=self._position, length=length)
        view[:length] = bytes(content)
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
    """Open the store at an address. In a worker: in `DoFn.setup`, for a fork would hang it."""
    return ObjectStore(address)


def _remote(address: StoreAddress) -> obstore.store.ObjectStore:
    options = dict(address.options)
    if urlsplit(address.url).scheme in {"http", "https"}:
        # Never by `from_url`, which takes the web address of an S3 bucket for the bucket.
        told = {name: value for name, value in address.options if name in PORTAL_HEADERS}
        client = {"allow_http": address.url.startswith("http://"), "default_headers": told}
        return HTTPStore.from_url(address.url, client_options=cast(Any, client))
    plain = options.get("endpoint", "").startswith("http://")
    try:
        # obstore types its options store by store; here they come from a settings file.
        build: Any = from_url
        store: obstore.store.ObjectStore = build(
            address.url, config=options, client_options={"allow_http": True} if plain else None
        )
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


_HINT = "Check that the store is reached, has space, and that its credentials are right."


def _failure(operation: str, key: str) -> OutsideError:
    return OutsideError("object store", operation, key, hint=_HINT)
