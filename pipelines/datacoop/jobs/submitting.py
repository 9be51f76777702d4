"""A steward's work: make a manifest, check it, sign it, send it to the landing store."""

import hashlib
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from datacoop.errors import Fault, IntegrityError, RefusedError, SettingsError, SubmissionError
from datacoop.pool.keys import PublicKey, Role, SigningKey
from datacoop.pool.landing import PSEUDONYM_KEY, Landing
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.signing import Statement, open_statement, read_unverified, sign_statement
from datacoop.records.collection import Collection
from datacoop.records.submission import Manifest, manifest_faults, parse_manifest
from datacoop.records.terms import objections

MANIFEST_NAMES = ("submission.yaml", "submission.json")
SALT_NAME = "submission.salt"
ENVELOPE_NAME = "submission.dsse.json"
PREDICATE_TYPE = "urn:datacoop:submission:v1"
SECRET_BYTES = 32

_SUFFIXES = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".arrows": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
    ".txt": "text",
    ".zip": "zip",
    ".tar": "tar",
}
_COMPRESSIONS = {".gz": "gzip", ".zst": "zstd", ".tgz": "gzip"}

Progress = Callable[[str, int], None]
"""Told the path of a file and the bytes of it that were just read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionDraft:
    """What a steward says of a submission; the rest is computed from its files."""

    submission_id: str
    member: str
    collection: str
    title: str
    languages: tuple[str, ...]
    licence: Mapping[str, str]
    terms: Mapping[str, Any]
    personal_data: Mapping[str, Any]
    labelling_wanted: bool
    contact: str
    supersedes: str | None = None
    columns: Mapping[str, str] | None = None
    """Collection column to column in the files, for all files."""


def guess_format(path: str) -> tuple[str, str]:
    """Give format and compression of a file by its suffixes.

    Raises:
        SettingsError: The suffix is not known.
    """
    suffixes = [suffix.lower() for suffix in Path(path).suffixes]
    compression = "none"
    if suffixes and suffixes[-1] in _COMPRESSIONS:
        last = suffixes.pop()
        compression = _COMPRESSIONS[last]
        if last == ".tgz":
            suffixes.append(".tar")
    if not suffixes or suffixes[-1] not in _SUFFIXES:
        raise SettingsError(
            f"cannot tell the format of {path}",
            hint=f"Use one of the suffixes {' '.join(_SUFFIXES)}, with .gz or .zst behind it.",
        )
    return _SUFFIXES[suffixes[-1]], compression


def file_digest(path: Path, progress: Progress) -> tuple[str, int]:
    """Give SHA-256 and size of a file, read piece by piece."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
            size += len(piece)
            progress(path.name, len(piece))
    return digest.hexdigest(), size


def new_submission(
    folder: Path, draft: SubmissionDraft, paths: Iterable[str], progress: Progress
) -> Path:
    """Write `submission.yaml` and the salt into `folder`; give the manifest's path.

    Args:
        paths: Files, relative to `folder`, in the order in which they count.

    Raises:
        SettingsError: The folder holds a manifest already, or a file is missing.
    """
    target = folder / MANIFEST_NAMES[0]
    if any((folder / name).exists() for name in MANIFEST_NAMES):
        raise SettingsError(f"{folder} holds a manifest already", hint="Edit it, or remove it.")
    files = [_file_entry(folder, path, draft, progress) for path in paths]
    value = {
        "schema": "datacoop.submission.v1",
        "submission_id": draft.submission_id,
        "member": draft.member,
        "collection": draft.collection,
        "title": draft.title,
        "languages": list(draft.languages),
        "files": files,
        "licence": dict(draft.licence),
        "terms": dict(draft.terms),
        "personal_data": dict(draft.personal_data),
        "labelling": {"wanted": draft.labelling_wanted},
        "contact": draft.contact,
    }
    if draft.supersedes:
        value["supersedes"] = draft.supersedes
    target.write_text(yaml.safe_dump(value, sort_keys=False, allow_unicode=True), encoding="utf-8")
    salt = folder / SALT_NAME
    if not salt.exists():
        salt.write_bytes(secrets.token_bytes(SECRET_BYTES))
        salt.chmod(0o600)
    return target


def _file_entry(
    folder: Path, path: str, draft: SubmissionDraft, progress: Progress
) -> dict[str, Any]:
    if not (folder / path).is_file():
        raise SettingsError(f"there is no file {path} in {folder}")
    sha256, size = file_digest(folder / path, progress)
    kind, compression = guess_format(path)
    entry: dict[str, Any] = {
        "path": path,
        "sha256": sha256,
        "size_bytes": size,
        "format": kind,
        "compression": compression,
    }
    if draft.columns and kind not in {"text"}:
        entry["columns"] = dict(draft.columns)
    return entry


def read_manifest(folder: Path) -> Any:  # noqa: ANN401 - checked after
    """Read `submission.yaml` or `submission.json`.

    Raises:
        SettingsError: There is none, or it is neither YAML nor JSON.
    """
    for name in MANIFEST_NAMES:
        if (folder / name).is_file():
            try:
                value = yaml.safe_load((folder / name).read_text(encoding="utf-8"))
            except (yaml.YAMLError, UnicodeDecodeError) as error:
                raise SettingsError(f"{folder / name} is not valid YAML or JSON") from error
            return _plain(value)
    raise SettingsError(
        f"there is no submission.yaml in {folder}", hint="Make one with `datacoop submission new`."
    )


def _plain(value: object) -> object:
    """Turn the dates that YAML makes of unquoted text back into text."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def check_submission(
    folder: Path,
    collection: Collection | None,
    progress: Progress,
    *,
    today: str | None = None,
) -> Manifest:
    """Check manifest and files; every fault at once.

    Args:
        collection: The contract to check against, where it is at hand.
        today: The day on which terms are held against it, `YYYY-MM-DD`; terms are not without it.

    Raises:
        SubmissionError: There are faults; each names its path.
    """
    value = read_manifest(folder)
    faults = manifest_faults(value)
    names = value if isinstance(value, dict) else {}
    if not faults:
        manifest = parse_manifest(value)
        faults = _file_faults(folder, manifest, progress)
        faults += contract_faults(manifest, collection) if collection else []
        faults += terms_faults(manifest, collection, today) if collection and today else []
        if not faults:
            return manifest
    raise SubmissionError(
        str(names.get("member", "?")), str(names.get("submission_id", "?")), faults
    )


def _file_faults(folder: Path, manifest: Manifest, progress: Progress) -> list[Fault]:
    faults = []
    for index, file in enumerate(manifest.files):
        path, where = folder / file.path, f"$.files[{index}]"
        if path.is_symlink() or not path.is_file():
            faults.append(Fault(f"{where}.path", f"there is no file {file.path!r}"))
            continue
        sha256, size = file_digest(path, progress)
        if size != file.size_bytes:
            faults.append(Fault(f"{where}.size_bytes", f"the file has {size} bytes"))
        if sha256 != file.sha256:
            faults.append(Fault(f"{where}.sha256", f"the file's digest is {sha256}"))
    return faults


def contract_faults(manifest: Manifest, collection: Collection) -> list[Fault]:
    """List where a manifest does not fit its collection's contract."""
    faults = []
    if manifest.collection != collection.name:
        faults.append(Fault("$.collection", f"should be {collection.name!r}"))
    faults += [
        Fault(f"$.languages[{index}]", f"{language!r} is not a language of {collection.name}")
        for index, language in enumerate(manifest.languages)
        if language not in collection.languages
    ]
    known = {column.name for column in collection.columns}
    faults += [
        Fault(f"$.files[{index}].columns.{name}", f"{collection.name} has no column {name!r}")
        for index, file in enumerate(manifest.files)
        for name, _ in file.columns
        if name not in known
    ]
    return faults


def terms_faults(manifest: Manifest, collection: Collection, today: str) -> list[Fault]:
    """List why no row of a submission could be released under its terms.

    Args:
        today: The day of the submission, `YYYY-MM-DD` in UTC.
    """
    policy = collection.release
    said = objections(manifest.terms, policy.purposes, today, policy.jurisdictions)
    return [Fault("$.terms", f"no row could be released: {one}") for one in said]


def sign_submission(folder: Path, manifest: Manifest, key: SigningKey) -> Path:
    """Sign a checked manifest; give the envelope's path.

    Raises:
        RefusedError: The key is not a steward's key of the member.
    """
    if key.public.role is not Role.STEWARD or key.public.member != manifest.member:
        raise RefusedError(
            f"the key is one of {key.public.role} of {key.public.member!r}; "
            f"a steward of {manifest.member!r} must sign",
            hint="Give --key of a steward of the member that the manifest names.",
        )
    subjects = {file.path: file.sha256 for file in manifest.files}
    statement = Statement(
        predicate_type=PREDICATE_TYPE,
        subjects=tuple(sorted(subjects.items())),
        predicate=read_manifest(folder),
    )
    target = folder / ENVELOPE_NAME
    target.write_bytes(sign_statement(statement, key))
    return target


def open_submission(
    name: str, content: bytes, keys: Mapping[str, PublicKey]
) -> tuple[Manifest, PublicKey]:
    """Verify a signed manifest and give it with its signer.

    Args:
        name: What to call the envelope in an error, such as its key in the landing store.

    Raises:
        IntegrityError: The signature is not one of a known steward.
        SubmissionError: The manifest has faults, or is signed by another member's steward.
    """
    stewards = {keyid: key for keyid, key in keys.items() if key.role is Role.STEWARD}
    statement, signer = open_statement(name, content, stewards)
    value = dict(statement.predicate)
    faults = manifest_faults(value)
    if not faults and signer.member != value["member"]:
        faults = [Fault("$.member", f"is {value['member']!r}, signed for {signer.member!r}")]
    if faults:
        raise SubmissionError(
            str(value.get("member", "?")), str(value.get("submission_id", "?")), faults
        )
    return parse_manifest(value), signer


def landed_submission(
    landing: Landing, keys: Mapping[str, PublicKey]
) -> tuple[Manifest, PublicKey]:
    """Verify a submission's signed manifest in its landing store and give it with its signer.

    Raises:
        RefusedError: It was not sent.
        IntegrityError: The signature is not one of a known steward, or the key for pseudonyms is
            not there.
        SubmissionError: The manifest has faults, or is another submission's.
    """
    envelope = landing.store.find(landing.envelope)
    if envelope is None:
        raise RefusedError(
            f"submission {landing.submission_id!r} is not in the landing store",
            hint="The steward sends it with `datacoop submission send`.",
        )
    manifest, steward = open_submission(landing.envelope, envelope, keys)
    read_secret(landing.store, PSEUDONYM_KEY)
    if manifest.submission_id != landing.submission_id:
        fault = Fault("$.submission_id", f"is {manifest.submission_id!r}")
        raise SubmissionError(manifest.member, landing.submission_id, [fault])
    return manifest, steward


def send_submission(
    folder: Path, store: ObjectStore, pseudonym_key: Path, progress: Progress
) -> Manifest:
    """Copy a signed submission into the member's landing store; the envelope goes last.

    Sending again the same is no error and doubles nothing.

    Args:
        pseudonym_key: The member's key for pseudonyms, 32 bytes; made where it is missing.

    Raises:
        SubmissionError: A file does not fit the manifest.
        RefusedError: It is not signed, or another submission of this id was sent before.
    """
    envelope_path = folder / ENVELOPE_NAME
    if not envelope_path.is_file():
        raise RefusedError("the submission is not signed", hint="Run `datacoop submission sign`.")
    envelope = envelope_path.read_bytes()
    manifest = check_submission(folder, None, progress)
    if read_unverified(ENVELOPE_NAME, envelope).predicate != read_manifest(folder):
        raise RefusedError(
            "the manifest was changed after it was signed", hint="Run `datacoop submission sign`."
        )
    landing = Landing(store, manifest.submission_id)
    if store.find(landing.envelope) not in {None, envelope}:
        raise RefusedError(
            f"another submission {manifest.submission_id!r} was sent before",
            hint="Choose a new submission_id, and name the old one under `supersedes`.",
        )
    if any(store.list(landing.key("rest"))):
        raise RefusedError(
            f"rows of {manifest.submission_id!r} were erased since it was sent",
            hint="Send what is left as a new submission, without the rows of that person.",
        )
    _send_secret(store, PSEUDONYM_KEY, _member_secret(pseudonym_key))
    _send_secret(store, landing.salt, (folder / SALT_NAME).read_bytes())
    for ordinal, file in enumerate(manifest.files):
        store.put_file(landing.raw_file(ordinal), folder / file.path)
    store.put(landing.envelope, envelope)
    return manifest


def _member_secret(path: Path) -> bytes:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(secrets.token_bytes(SECRET_BYTES))
        path.chmod(0o600)
    return path.read_bytes()


def _send_secret(store: ObjectStore, key: str, content: bytes) -> None:
    if len(content) != SECRET_BYTES:
        raise SettingsError(f"the secret for {key} has {len(content)} bytes, not {SECRET_BYTES}")
    if not store.create(key, content):
        raise RefusedError(
            f"the landing store holds another secret at {key}",
            hint="Use the member's own pseudonym key file: pseudonyms change with another key.",
        )


def verify_files(landing: Landing, manifest: Manifest) -> None:
    """Check the raw files in the landing store against the signed digests.

    Raises:
        SubmissionError: A file is missing or is not the one that was signed.
    """
    faults = []
    for ordinal, file in enumerate(manifest.files):
        key = landing.raw_file(ordinal)
        if landing.store.size(key) is None:
            faults.append(Fault(f"$.files[{ordinal}]", "the file is missing"))
            continue
        digest = hashlib.sha256()
        with landing.store.reader(key) as reader:
            while piece := reader.read(1 << 20):
                digest.update(piece)
        if digest.hexdigest() != file.sha256:
            faults.append(Fault(f"$.files[{ordinal}].sha256", "the file has another digest"))
    if faults:
        raise SubmissionError(
            manifest.member, manifest.submission_id, faults, hint="Send the submission again."
        )


def read_secret(store: ObjectStore, key: str) -> bytes:
    """Read a secret from a landing store.

    Raises:
        IntegrityError: It is missing or damaged: nothing is scrubbed without it.
    """
    secret = store.find(key)
    if secret is None or len(secret) != SECRET_BYTES:
        raise IntegrityError(key, f"{SECRET_BYTES} bytes", "none" if secret is None else "another")
    return secret
