"""Trust: the TUF repository of a pool, which is the one mechanism of approval.

One delegated targets role a collection, signed by approvers; a target names a version and gives
the digest of its snapshot manifest. Source: The Update Framework specification 1.0, python-tuf.
The repository lies under `trust/`: all files but `timestamp.json` are written once.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

from securesystemslib.exceptions import UnverifiedSignatureError, VerificationError
from securesystemslib.signer import Signature, SSlibKey
from tuf.api.exceptions import (
    DownloadError,
    DownloadHTTPError,
    ExpiredMetadataError,
    RepositoryError,
)
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
from datacoop.pool.state import Proposal, State, TrustEvent
from datacoop.pool.trust_rules import MEMBER_FIELD, THRESHOLD, signing_members
from datacoop.records.digest import canonical_json, sha256_hex

FOLDER = "trust"
ROOT_DAYS = 730
"""A root needs a ceremony; two years leave one year's ceremony room to fail."""
VALID_DAYS = 365
"""Targets and collections need approvers too; they are renewed once a year at the latest."""
CURRENT_DAYS = 7
"""Snapshot and timestamp: how long a store that shows an old state can go unnoticed. The operator
renews them with one command and one key, so that a week without it is an outage, not a habit."""

_ONE_SIGNATURE = frozenset({"snapshot", "timestamp"})
_AMENDS = "amends"
"""What a target says of an amended version: the number of the version that it amends."""
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
    thresholds: Mapping[str, int] | None = None,
) -> dict[str, bytes]:
    """Make the first metadata of a pool, by file name.

    Args:
        collections: Each gets a delegated role.
        approvers: Who may sign root, targets and the collections' roles.
        operator: Signs snapshot and timestamp, which only say what is current.
        ceremony: Approvers' keys of at least two members, present to sign root and targets.
        thresholds: How many members must approve a version, where it is not two.

    Raises:
        RefusedError: The ceremony lacks keys of two members.
    """
    wanted = dict.fromkeys(collections, THRESHOLD) | dict(thresholds or {})
    most = max([THRESHOLD, *wanted.values()])
    if len({key.public.member for key in ceremony if key.public in approvers}) < most:
        raise RefusedError(
            f"the first root needs the keys of approvers of {_NUMBERS.get(most, most)} members",
            hint=f"Give --key {most} times, for approvers of as many members that the pool knows.",
        )
    if WITHDRAWN in wanted:
        raise RefusedError(
            f"a collection may not be called {WITHDRAWN!r}", hint="Notices to readers are."
        )
    names = sorted(wanted)
    unsigned = next_metadata(
        number=1,
        approvers=approvers,
        operator=operator.public,
        thresholds=wanted,
        roles={name: (1, {}) for name in names},
        now=now,
    )
    files = {
        name: _signed(Metadata.from_bytes(content), ceremony) for name, content in unsigned.items()
    }
    expires = now + timedelta(days=VALID_DAYS)
    files[f"1.{WITHDRAWN}.json"] = _signed(
        Metadata(Targets(version=1, expires=expires)), [operator]
    )
    return files | _current(dict.fromkeys(["targets", WITHDRAWN, *names], 1), 1, now, operator)


_NUMBERS = {2: "two", 3: "three"}


def next_metadata(
    *,
    number: int,
    approvers: Sequence[PublicKey],
    operator: PublicKey,
    thresholds: Mapping[str, int],
    roles: Mapping[str, tuple[int, Mapping[str, TargetFile]]],
    now: datetime,
) -> dict[str, bytes]:
    """Make the unsigned root, targets and collections' roles that approvers sign together.

    Args:
        number: The version of root and targets.
        thresholds: How many signatures each collection needs.
        roles: The version of each collection's role, and its targets.
        now: To the second: the expiry is in the bytes that are signed.
    """
    expires = now + timedelta(days=VALID_DAYS)
    root = Root(version=number, expires=now + timedelta(days=ROOT_DAYS), consistent_snapshot=True)
    for role in ("root", "targets"):
        for key in approvers:
            root.add_key(_tuf_key(key), role)
        root.roles[role].threshold = THRESHOLD
    for role in sorted(_ONE_SIGNATURE):
        root.add_key(_tuf_key(operator), role)
    delegations = _delegations(thresholds, approvers, operator)
    targets = Targets(version=number, expires=expires, delegations=delegations)
    files: dict[str, Metadata] = {  # type: ignore[type-arg]
        f"{number}.root.json": Metadata(root),
        f"{number}.targets.json": Metadata(targets),
    }
    for name, (version, known) in roles.items():
        role_targets = Targets(version=version, expires=expires, targets=dict(known))
        files[f"{version}.{name}.json"] = Metadata(role_targets)
    return {name: _metadata_bytes(metadata) for name, metadata in files.items()}


def role_targets(store: ObjectStore, state: State, name: str) -> dict[str, TargetFile]:
    """Give the targets of a collection's role as the log has published them last."""
    current = f"{state.role_versions.get(name, 0)}.{name}.json"
    sources = {_role_file(one): one.targets for one in state.versions(name)}
    for event in state.trust_events:
        sources |= event.files
    if current not in sources:
        return {}
    return dict(Metadata[Targets].from_bytes(get_blob(store, sources[current])).signed.targets)


def _tuf_key(key: PublicKey) -> SSlibKey:
    """Give a key as TUF metadata holds it: with the member, whom its signers vouch for."""
    public = {"public": key.public}
    return SSlibKey(key.keyid, "ed25519", "ed25519", public, {MEMBER_FIELD: key.member})


def _delegations(
    thresholds: Mapping[str, int], approvers: Iterable[PublicKey], operator: PublicKey
) -> Delegations:
    keys: dict[str, Key] = {key.keyid: _tuf_key(key) for key in approvers}
    roles = {
        # A star stands for one part of a path: the version, and a statement beside it.
        name: DelegatedRole(name, sorted(keys), count, True, paths=[f"{name}/*", f"{name}/*/*"])
        for name, count in sorted(thresholds.items())
    }
    roles[WITHDRAWN] = DelegatedRole(
        WITHDRAWN, [operator.keyid], 1, True, paths=[f"{WITHDRAWN}/*/*"]
    )
    return Delegations({**keys, operator.keyid: _tuf_key(operator)}, roles)


def _current(
    versions: Mapping[str, int], number: int, now: datetime, operator: SigningKey
) -> dict[str, bytes]:
    """Make snapshot and timestamp, which say which version of each role is current."""
    expires = now + timedelta(days=CURRENT_DAYS)
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
    amends: int | None = None,
) -> bytes:
    """Give the unsigned targets metadata that adds a version to a collection.

    The statements are targets beside the version, so that approvers sign for them too.

    Repeatable: with `now` to the second; the expiry is in the bytes that approvers sign.
    """
    targets = Targets(
        version=state.role_versions.get(collection, 1) + 1,
        expires=now + timedelta(days=VALID_DAYS),
        targets=role_targets(store, state, collection),
    )
    path = target_path(collection, version)
    added = {path: manifest} | {f"{path}/{name}": said for name, said in statements.items()}
    targets.targets |= {name: _target(name, content) for name, content in added.items()}
    if amends is not None:
        # What a reader must know of a version without fetching its manifest.
        targets.targets[path].unrecognized_fields["custom"] = {_AMENDS: amends}
    return _metadata_bytes(Metadata(targets))


def statement_digests(store: ObjectStore, proposal: Proposal) -> dict[str, str]:
    """Give the digest of each statement of a version, proposed or published, by name."""
    metadata = Metadata[Targets].from_bytes(get_blob(store, proposal.targets))
    beside = f"{target_path(proposal.collection, proposal.version)}/"
    return {
        path.removeprefix(beside): target.hashes["sha256"]
        for path, target in sorted(metadata.signed.targets.items())
        if path.startswith(beside)
    }


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
    """Give the metadata files that the log asks for and the operator may write, by name.

    They follow from the log alone, so that a publication that was killed can be run again,
    and none can take the repository back to an older state. What an earlier operator's key
    signed is left as it is.

    Raises:
        RefusedError: The key is not the one that the trust root names.
    """
    if operator.public.keyid != state.operator:
        raise RefusedError(
            "this is not the operator's key that the trust root names",
            hint="Give the key that took its place, or see `datacoop trust show`.",
        )
    files = {
        _role_file(proposal): _approved(store, proposal)
        for name in state.role_versions
        for proposal in state.versions(name)
    }
    own: dict[str, bytes] = {}
    for number, (event, versions, said) in enumerate(_repositories(state), start=1):
        if number == 1:
            continue
        files |= {name: get_blob(store, digest) for name, digest in event.files.items()}
        now = _time(event.created_utc)
        expires, version = now + timedelta(days=VALID_DAYS), versions[WITHDRAWN]
        name = f"{version}.{WITHDRAWN}.json"
        if version > 1 and name not in own:
            own[name] = _signed(_notice_targets(said, version, expires), [operator])
        own |= _current(versions, number, now, operator)
    present = set(store.list(FOLDER))
    kept = {name for name in own if f"{FOLDER}/{name}" in present and not _is_newest(name, own)}
    return files | {name: content for name, content in own.items() if name not in kept}


def _is_newest(name: str, files: Iterable[str]) -> bool:
    number, _, role = name.removesuffix(".json").rpartition(".")
    others = [n.split(".")[0] for n in files if n.removesuffix(".json").rpartition(".")[2] == role]
    return not number or int(number) == max(map(int, others))


def _repositories(state: State) -> Iterator[tuple[TrustEvent, dict[str, int], dict[str, bytes]]]:
    """Give each state of the repository: its event, the version of each role, the notices."""
    withdrawn, before = 1, dict[str, bytes]()
    for event in state.trust_events:
        said = notices(state, before=event.entry + 1)
        # A new root may name a new operator, whose signature the notices then need.
        withdrawn += said != before or bool(event.files)
        before = said
        versions = {"targets": event.number, WITHDRAWN: withdrawn, **event.role_versions}
        yield event, versions, said


def _notice_targets(now: Mapping[str, bytes], version: int, expires: datetime) -> Metadata[Targets]:
    targets = {path: _target(path, content) for path, content in sorted(now.items())}
    return Metadata(Targets(version=version, expires=expires, targets=targets))


def expected_keys(state: State, shown: int | None = None) -> set[str]:
    """Give the key of every metadata file that the log asks for.

    Args:
        shown: After so many changes of the repository, 1 or more; after all where it is left out.
    """
    newest: dict[str, int] = {}
    events = state.trust_events[:shown]
    for event, versions, _ in islice(_repositories(state), len(events)):
        newest |= {**versions, "root": event.number}
    newest["snapshot"] = len(events)
    numbered = {f"{n}.{role}.json" for role, most in newest.items() for n in range(1, most + 1)}
    return {f"{FOLDER}/{name}" for name in (*numbered, "timestamp.json")}


def is_current(timestamp: bytes, state: State) -> bool:
    """Say whether a timestamp file is the one that the log asks for last."""
    return events_shown(timestamp) == len(state.trust_events)


def events_shown(timestamp: bytes) -> int:
    """Give how many changes of the repository a timestamp file shows; 0 where it fits none."""
    signed = Metadata[Timestamp].from_bytes(timestamp).signed
    return signed.version if signed.version == signed.snapshot_meta.version else 0


def _role_file(proposal: Proposal) -> str:
    return f"{proposal.role_version}.{proposal.collection}.json"


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
    """Write metadata files; the new root and `timestamp.json`, where readers come in, last."""
    order = {"root": 1, "timestamp": 2}
    for name, content in sorted(files.items(), key=lambda one: order.get(one[0].split(".")[-2], 0)):
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
    amends: int | None = None
    """The version that this one amends."""


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
        self._cache = cache
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
        except ExpiredMetadataError as error:
            raise IntegrityError(
                "trust metadata",
                "one that has not expired",
                type(error).__name__,
                hint="The store may be showing an old state. If the operator shows none newer, "
                "it has to run `datacoop trust refresh`.",
            ) from error
        except RepositoryError as error:
            raise IntegrityError(
                "trust metadata", "a valid chain of signatures", type(error).__name__
            ) from error
        except DownloadError as error:
            raise OutsideError("object store", "get", "trust metadata") from error
        self._count_members_of_roots()

    def operators(self) -> dict[str, PublicKey]:
        """Give the operators' keys, of now and before, by id, as the chain of roots names them."""
        signed = [root["signed"] for root in self._roots()]
        return {
            keyid: PublicKey(
                keyid=keyid,
                public=root["keys"][keyid]["keyval"]["public"],
                role=Role.OPERATOR,
                member="",
                holder="",
            )
            for root in signed
            for keyid in root["roles"]["snapshot"]["keyids"]
        }

    def _roots(self) -> list[dict[str, Any]]:
        """Give the chain of roots that this reader has followed, oldest first."""
        folder = self._cache / "root_history"
        numbers = sorted(int(path.name.split(".")[0]) for path in folder.glob("*.root.json"))
        return [json.loads((folder / f"{n}.root.json").read_bytes()) for n in numbers]

    def _count_members_of_roots(self) -> None:
        """Count members, where TUF has counted keys, on the chain of roots and on targets."""
        roots = self._roots()
        chain = [*zip(roots, roots, strict=True), *pairwise(roots)]
        for before, root in chain:
            self._require_members("root", root, before["signed"], before["signed"]["roles"]["root"])
        targets = json.loads((self._cache / "targets.json").read_bytes())
        last = json.loads((self._cache / "root.json").read_bytes())["signed"]
        self._require_members("targets", targets, last, last["roles"]["targets"])

    def _count_members_of_role(self, collection: str) -> None:
        targets = json.loads((self._cache / "targets.json").read_bytes())
        delegations = targets["signed"]["delegations"]
        role = next(role for role in delegations["roles"] if role["name"] == collection)
        content = json.loads((self._cache / f"{collection}.json").read_bytes())
        self._require_members(collection, content, delegations, role)

    @staticmethod
    def _require_members(
        name: str, metadata: Mapping[str, Any], trusted: Mapping[str, Any], role: Mapping[str, Any]
    ) -> None:
        keys = [
            PublicKey(
                keyid=keyid,
                public=trusted["keys"][keyid]["keyval"]["public"],
                role=Role.APPROVER,
                member=trusted["keys"][keyid].get(MEMBER_FIELD, ""),
                holder="",
            )
            for keyid in role["keyids"]
        ]
        found, wanted = len(signing_members(metadata, keys)), role["threshold"]
        if found < wanted:
            raise IntegrityError(
                f"trust metadata of {name}", f"signatures of {wanted} members", f"of {found}"
            )

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
        if target is not None:
            self._count_members_of_role(collection)
        if target is None:
            return None
        amends = (target.custom or {}).get(_AMENDS)
        return TrustedTarget(target.hashes["sha256"], target.length, amends)

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
