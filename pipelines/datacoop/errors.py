"""The errors of datacoop: one class for each thing that a caller does differently.

No message holds text of a record. Fields carry what a caller needs; `hint` says what to do.
"""

from collections.abc import Iterable
from typing import NamedTuple


class DatacoopError(Exception):
    """The root of all errors that datacoop raises on purpose."""

    exit_code = 3
    """What a command that ends with this error exits with: 1 refused, 2 usage, 3 outside."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class SettingsError(DatacoopError):
    """A setting, an argument or an installation is wrong; no data was read yet."""

    exit_code = 2


class RefusedError(DatacoopError):
    """A rule of the pool forbids the act; trying again changes nothing."""

    exit_code = 1


class VersionWithdrawnError(RefusedError):
    """A version was withdrawn; its bytes are gone, or must not be used any more."""

    def __init__(
        self,
        collection: str,
        version: int,
        withdrawn_utc: str,
        reason: str,
        replaced_by: int | None,
    ) -> None:
        self.collection = collection
        self.version = version
        self.withdrawn_utc = withdrawn_utc
        self.reason = reason
        self.replaced_by = replaced_by
        """The version to read instead; none where none was published yet."""
        what = f"read version {replaced_by}" if replaced_by else "wait for the next version"
        super().__init__(
            f"{collection} version {version} was withdrawn at {withdrawn_utc}: {reason}",
            hint=f"Delete your copies of it and {what}.",
        )


class Fault(NamedTuple):
    """One fault of a file that a person wrote, and where it stands."""

    path: str
    """A JSON path such as `$.files[3].sha256`, or a file and row."""

    message: str

    def __str__(self) -> str:
        """Say the fault and its place."""
        return f"{self.message} @ {self.path}"


class SubmissionError(RefusedError):
    """A submission is refused whole; every fault is listed, sorted by place."""

    def __init__(
        self, member: str, submission: str, faults: Iterable[Fault], *, hint: str = ""
    ) -> None:
        self.member = member
        self.submission = submission
        self.faults = tuple(sorted(faults))
        lines = "".join(f"\n  {fault}" for fault in self.faults)
        count = len(self.faults)
        super().__init__(
            f"submission {submission!r} of {member!r} has {count} "
            f"fault{'s' * (count != 1)}:{lines}",
            hint=hint or "Mend the places named, then run the command again.",
        )


class SchemaError(DatacoopError):
    """A batch is not what was declared: a defect of the code, not of the data."""

    def __init__(self, column: str, expected: object, actual: object) -> None:
        self.column = column
        self.expected = expected
        self.actual = actual
        super().__init__(f"column {column!r} should be {expected}, but is {actual}")


class IntegrityError(DatacoopError):
    """A digest or a signature does not verify."""

    exit_code = 1

    def __init__(self, name: str, expected: str, actual: str, *, hint: str = "") -> None:
        self.name = name
        self.expected = expected
        self.actual = actual
        super().__init__(
            f"{name} does not verify: expected {expected}, found {actual}",
            hint=hint or "Do not use it. Fetch it again, or ask the operator of the pool.",
        )


class OutsideError(DatacoopError):
    """Something outside datacoop failed: a store, a server, a disk."""

    def __init__(self, service: str, operation: str, detail: str = "", *, hint: str = "") -> None:
        self.service = service
        self.operation = operation
        super().__init__(f"{service} failed at {operation}{': ' * bool(detail)}{detail}", hint=hint)


class TransientError(OutsideError):
    """An outside failure that may not happen again."""
