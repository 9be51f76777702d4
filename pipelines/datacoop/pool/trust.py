"""Trust: the TUF repository of a pool, which is the one mechanism of approval.

One delegated targets role a collection, signed by approvers; a target names a version and gives
the digest of its snapshot manifest. Source: The Update Framework specification 1.0, python-tuf.
The repository lies under `trust/`: all files but `timestamp.json` are written once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from securesystemslib.exceptions import UnverifiedSignatureError, VerificationError
from securesystemslib.signer import Signature
from tuf.api.exceptions import DownloadError, DownloadHTTPError, RepositoryError
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Key,
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)
from tuf.api.serialization import DeserializationError
from tuf.ngclient import FetcherInterface, Updater, UpdaterConfig

from datacoop.errors import IntegrityError, OutsideError, RefusedError, SettingsError
from datacoop.pool.blobs import get_blob, put_blob
from datacoop.pool.keys import PublicKey, Role, SigningKey
from datacoop.pool.notices import ROLE as WITHDRAWN
from datacoop.pool.notices import Notice, notices, read_notice
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.state import Proposal, State
from datacoop.records.digest import canonical_json, sha256_hex

FOLDER = "trust"
THRESHOLD = 2
"""Signatures that root, targets and every collection need: one stolen key is not enough."""
VALID_DAYS = 365

_ONE_SIGNATURE = frozenset({"snapshot", "timestamp"})
_OPERATORS = _ONE_SIGNATURE | {WITHDRAWN}
"""Roles that the operator signs alone: by them versions are withheld, never made."""
_TYPES = {"root": Root, "targets": Targets, "snapshot": Snapshot, "timestamp": Timestamp}


def initial_metadata(
    *,
    collections: Iterable[str],
    approvers: Sequence[PublicKey],
    operator: SigningKey,
    ceremony: Sequence[SigningKey],
    now: datetime,
) -> dict[str, bytes]:
    """Make the first metadata of a pool, by file name.

    Args:
        collections: Each gets a delegated role.
        approvers: Who may sign root, targets and the collections' roles.
        operator: Signs snapshot and timestamp, which only say what is current.
        ceremony: Approvers' keys of at least two members, present to sign root and targets.

    Raises:
        RefusedError: The ceremony lacks keys of two members.
    """
    if len({key.public.member for key in ceremony if key.public in approvers}) < THRESHOLD:
        raise RefusedError(
            "the first root needs the keys of approvers of two members",
            hint="Give --key twice, for approvers of two members that the pool knows.",
        )
    expires = now + timedelta(days=VALID_DAYS)
    root = Root(version=1, expires=expires, consistent_snapshot=True)
    for role in ("root", "targets"):
        for key in approvers:
            root.add_key(key.verifier(), role)
        root.roles[role].threshold = THRESHOLD
    for role in sorted(_ONE_SIGNATURE):
        root.add_key(operator.public.verifier(), role)
    names = sorted(collections)
    delegations = _delegations(names, approvers, operator.public)
    targets = Targets(version=1, expires=expires, delegations=delegations)
    files = {
        "1.root.json": _signed(Metadata(root), ceremony),
        "1.targets.json": _signed(Metadata(targets), ceremony),
    }
    for name in names:
        files[f"1.{name}.json"] = _signed(Metadata(Targets(version=1, expires=expires)), ceremony)
    files[f"1.{WITHDRAWN}.json"] = _signed(
        Metadata(Targets(version=1, expires=expires)), [operator]
    )
    return files | _current(dict.fromkeys(["targets", WITHDRAWN, *names], 1), 1, expires, operator)


def _delegations(
    names: Iterable[str], approvers: Iterable[PublicKey], operator: PublicKey
) -> Delegations:
    keys: dict[str, Key] = {key.keyid: key.verifier() for key in approvers}
    roles = {
        # A star stands for one part of a path: the version, and a statement beside it.
        name: DelegatedRole(name, sorted(keys), THRESHOLD, True, paths=[f"{name}/*", f"{name}/*/*"])
        for name in names
    }
    roles[WITHDRAWN] = DelegatedRole(
        WITHDRAWN, [operator.keyid], 1, True, paths=[f"{WITHDRAWN}/*/*"]
    )
    return Delegations({**keys, operator.keyid: operator.verifier()}, roles)


def _current(
    versions: Mapping[str, int], number: int, expires: datetime, operator: SigningKey
) -> dict[str, bytes]:
    """Make snapshot and timestamp, which say which version of each role is current."""
    meta = {f"{name}.json": MetaFile(version) for name, version in sorted(versions.items())}
    snapshot = Metadata(Snapshot(version=number, expires=expires, meta=meta))
    timestamp = Metadata(Timestamp(version=number, expires=expires, snapshot_meta=MetaFile(number)))
    return {
        f"{number}.snapshot.json": _signed(snapshot, [operator]),
        "timestamp.json": _signed(timestamp, [operator]),
    }


def _signed(metadata: Metadata, keys: Iterable[SigningKey]) -> bytes:  # type: ignore[type-arg]
    for key in keys:
        metadata.sign(key.signer, append=True)
    return _metadata_bytes(metadata)


def _metadata_bytes(metadata: Metadata) -> bytes:  # type: ignore[type-arg]
    return canonical_json(metadata.to_dict())


def target_path(collection: str, version: int) -> str:
    """Give the TUF target path of a version."""
    return f"{collection}/{version}"


def proposed_targets(
    store: ObjectStore,
    state: State,
    *,
    collection: str,
    version: int,
    manifest: bytes,
    statements: Mapping[str, bytes],
    now: datetime,
) -> bytes:
    """Give the unsigned targets metadata that adds a version to a collection.

    The statements are targets beside the version, so that approvers sign for them too.

    Repeatable: with `now` to the second; the expiry is in the bytes that approvers sign.
    """
    published = state.versions(collection)
    targets = Targets(
        version=len(published) + 2, expires=now + timedelta(days=VALID_DAYS), targets={}
    )
    if published:
        before = Metadata[Targets].from_bytes(get_blob(store, published[-1].targets))
        targets.targets |= before.signed.targets
    path = target_path(collection, version)
    added = {path: manifest} | {f"{path}/{name}": said for name, said in statements.items()}
    targets.targets |= {name: _target(name, content) for name, content in added.items()}
    return _metadata_bytes(Metadata(targets))


def _target(path: str, content: bytes) -> TargetFile:
    return TargetFile(len(content), {"sha256": sha256_hex(content)}, path)


def sign_targets(content: bytes, key: SigningKey) -> str:
    """Give an approver's signature, in hex, on proposed targets metadata."""
    metadata = Metadata[Targets].from_bytes(content)
    return str(metadata.sign(key.signer).signature)


def signature_is_valid(content: bytes, key: PublicKey, signature: str) -> bool:
    """Say whether `signature` is one of `key` on the signed part of metadata."""
    metadata = Metadata.from_bytes(content)
    try:
        key.verifier().verify_signature(Signature(key.keyid, signature), metadata.signed_bytes)
    except (UnverifiedSignatureError, VerificationError, ValueError):
        return False
    return True


def current_metadata(store: ObjectStore, state: State, operator: SigningKey) -> dict[str, bytes]:
    """Give the metadata files that the log's publications ask for, by name.

    They follow from the log alone, so that a publication that was killed can be run again,
    and none can take the repository back to an older state.
    """
    files: dict[str, bytes] = {}
    roles = delegated_roles(store)
    versions = dict.fromkeys(["targets", *roles], 1)
    said: dict[str, bytes] = {}
    for number, (entry, created_utc, proposal) in enumerate(_events(state), start=2):
        expires = _time(created_utc) + timedelta(days=VALID_DAYS)
        if proposal is not None and proposal.collection in versions:
            versions[proposal.collection] = proposal.version + 1
            files[_role_file(proposal)] = _approved(store, proposal)
        now = notices(state, before=entry + 1)
        if WITHDRAWN in roles and now != said:
            said = now
            versions[WITHDRAWN] += 1
            files[f"{versions[WITHDRAWN]}.{WITHDRAWN}.json"] = _signed(
                _notice_targets(now, versions[WITHDRAWN], expires), [operator]
            )
        files |= _current(versions, number, expires, operator)
    return files


def _notice_targets(now: Mapping[str, bytes], version: int, expires: datetime) -> Metadata[Targets]:
    targets = {path: _target(path, content) for path, content in sorted(now.items())}
    return Metadata(Targets(version=version, expires=expires, targets=targets))


def expected_keys(store: ObjectStore, state: State) -> set[str]:
    """Give the key of every metadata file that the log asks for."""
    events = _events(state)
    roles = delegated_roles(store)
    names = {"1.root.json", "1.targets.json", "timestamp.json"}
    names |= {f"1.{role}.json" for role in roles}
    names |= {_role_file(p) for _, _, p in events if p is not None and p.collection in roles}
    names |= {f"{number}.snapshot.json" for number in range(1, len(events) + 2)}
    if WITHDRAWN in roles:
        said = [{}, *(notices(state, before=entry + 1) for entry, _, _ in events)]
        changes = sum(one != before for before, one in pairwise(said))
        names |= {f"{number}.{WITHDRAWN}.json" for number in range(2, changes + 2)}
    return {f"{FOLDER}/{name}" for name in names}


def is_current(timestamp: bytes, state: State) -> bool:
    """Say whether a timestamp file is the one of the log's last publication."""
    signed = Metadata[Timestamp].from_bytes(timestamp).signed
    return signed.version == signed.snapshot_meta.version == 1 + len(_events(state))


def _events(state: State) -> list[tuple[int, str, Proposal | None]]:
    """Give what changes the metadata, in order: entry, time, and the version if one came."""
    published = [
        (p.published_entry, p.published_utc, p)
        for p in state.proposals.values()
        if p.published_entry is not None
    ]
    gone = {(one.entry, one.withdrawn_utc) for one in state.withdrawn_versions.values()}
    events = [*published, *((entry, created_utc, None) for entry, created_utc in gone)]
    return sorted(events, key=lambda event: event[0])


def _role_file(proposal: Proposal) -> str:
    return f"{proposal.version + 1}.{proposal.collection}.json"


def _approved(store: ObjectStore, proposal: Proposal) -> bytes:
    metadata = Metadata[Targets].from_bytes(get_blob(store, proposal.targets))
    for keyid in sorted(proposal.approvals):
        metadata.signatures[keyid] = Signature(keyid, proposal.approvals[keyid])
    return _metadata_bytes(metadata)


def delegated_roles(store: ObjectStore) -> list[str]:
    """List the delegated roles: the collections, and the one of notices."""
    targets = Metadata[Targets].from_bytes(store.get(f"{FOLDER}/1.targets.json")).signed
    return sorted(targets.delegations.roles) if targets.delegations else []  # type: ignore[arg-type]


def write_notices(store: ObjectStore, state: State) -> None:
    """Write the blobs of the notices; the metadata that names them is written after."""
    for content in notices(state).values():
        put_blob(store, content)


def write_metadata(store: ObjectStore, files: Mapping[str, bytes]) -> None:
    """Write metadata files; `timestamp.json`, through which readers come, last."""
    for name, content in sorted(files.items(), key=lambda item: item[0] == "timestamp.json"):
        if store.find(f"{FOLDER}/{name}") != content:
            store.put(f"{FOLDER}/{name}", content)


def _time(created_utc: str) -> datetime:
    return datetime.fromisoformat(created_utc).astimezone(UTC).replace(microsecond=0)


class _StoreFetcher(FetcherInterface):
    """Let python-tuf fetch from an object store."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def _fetch(self, url: str) -> Iterator[bytes]:
        content = self._store.find(url)
        if content is None:
            raise DownloadHTTPError(f"{url} is missing", 404)
        yield content


@dataclass(frozen=True, slots=True)
class TrustedTarget:
    """What trusted metadata says of a version."""

    sha256: str
    size_bytes: int


class TrustClient:
    """A reader's door: verified metadata, with rollback protection kept in a folder of its own."""

    def __init__(self, store: ObjectStore, cache: Path, trusted_root: bytes | None) -> None:
        first = trusted_root or store.find(f"{FOLDER}/1.root.json")
        if first is None:
            raise SettingsError(
                f"nothing is published at {store.address.url}",
                hint="Check the address; the operator publishes with `datacoop release publish`.",
            )
        self._store = store
        cache.mkdir(parents=True, exist_ok=True)
        known = cache / "root.json"
        try:
            self._updater = Updater(
                str(cache),
                FOLDER,
                fetcher=_StoreFetcher(store),
                config=UpdaterConfig(prefix_targets_with_hash=False),
                # A root seen before is trusted before one that the store offers now.
                bootstrap=None if known.exists() and trusted_root is None else first,
            )
            self._updater.refresh()
        except RepositoryError as error:
            raise IntegrityError(
                "trust metadata", "a valid chain of signatures", type(error).__name__
            ) from error
        except DownloadError as error:
            raise OutsideError("object store", "get", "trust metadata") from error

    def find(self, collection: str, version: int) -> TrustedTarget | None:
        """Give what is trusted of a version, or none where no such version is published."""
        return self._find(collection, target_path(collection, version))

    def find_statement(self, collection: str, version: int, name: str) -> TrustedTarget | None:
        """Give what is trusted of a statement of a version, or none where it has no such."""
        return self._find(collection, f"{target_path(collection, version)}/{name}")

    def _find(self, collection: str, path: str) -> TrustedTarget | None:
        try:
            target = self._updater.get_targetinfo(path)
        except RepositoryError as error:
            raise IntegrityError(
                f"trust metadata of {collection}", "two valid signatures", type(error).__name__
            ) from error
        except DownloadError as error:
            raise OutsideError("object store", "get", "trust metadata") from error
        return None if target is None else TrustedTarget(target.hashes["sha256"], target.length)

    def find_notice(self, collection: str, version: int) -> Notice | None:
        """Give the notice of a withdrawn version, or none where it stands.

        Raises:
            IntegrityError: A notice is not the one that the operator signed.
        """
        path = f"{WITHDRAWN}/{target_path(collection, version)}"
        try:
            target = self._updater.get_targetinfo(path)
        except RepositoryError as error:
            raise IntegrityError(path, "a valid signature", type(error).__name__) from error
        except DownloadError as error:
            raise OutsideError("object store", "get", "trust metadata") from error
        if target is None:
            return None
        return read_notice(path, get_blob(self._store, target.hashes["sha256"]))


def metadata_faults(store: ObjectStore, keys: Mapping[str, PublicKey]) -> dict[str, str]:
    """Check every file under `trust/`, old ones too; give what is wrong, by key.

    Each file must be in its one byte form, and each of its signatures valid and by a key that
    may sign it: a reader is content with the threshold, but a flipped bit anywhere must show.
    """
    faults = {}
    for key in store.list(FOLDER):
        problem = _metadata_problem(key, store.get(key), keys)
        if problem:
            faults[key] = problem
    return faults


def _metadata_problem(key: str, content: bytes, keys: Mapping[str, PublicKey]) -> str | None:
    try:
        metadata = Metadata.from_bytes(content)
        canonical = _metadata_bytes(metadata) == content
    except (DeserializationError, ValueError, TypeError, RecursionError):
        return "is not TUF metadata"
    if not canonical:
        return "is not in its canonical byte form"
    stem = key.removeprefix(f"{FOLDER}/").removesuffix(".json")
    number, _, role = stem.rpartition(".")
    if number and number != str(metadata.signed.version):
        return "is named for another version"
    if role in _TYPES and not isinstance(metadata.signed, _TYPES[role]):
        return "is named for another role"
    wanted = Role.OPERATOR if role in _OPERATORS else Role.APPROVER
    if len(metadata.signatures) < (1 if role in _OPERATORS else THRESHOLD):
        return "lacks signatures"
    for keyid, signature in metadata.signatures.items():
        public = keys.get(keyid)
        if public is None or public.role is not wanted:
            return "is signed by a key that may not"
        text = signature.signature
        if text != text.lower() or not signature_is_valid(content, public, text):
            return "has a signature that does not verify"
    return None
