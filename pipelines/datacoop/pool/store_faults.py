"""What an object store's refusal means and what to do about it, by the code in its answer."""

import errno
import re
from typing import NamedTuple


class StoreFault(NamedTuple):
    """A refusal, told to a person."""

    said: str
    hint: str
    passes: bool = False
    """Whether it may be over soon, so that asking again makes sense."""


_FULL = StoreFault(
    "the store is full", "Make room or raise the quota, then run it again: it goes on."
)
_NO_PLACE = StoreFault(
    "there is no such bucket", "Correct the address in the settings, or make the bucket."
)
_FORBIDDEN = StoreFault(
    "these credentials may not do that here",
    "Is it the right bucket, and the right role's credentials? infra/s3 has what each role needs.",
)
_UNKNOWN = StoreFault(
    "it does not know these credentials",
    "Correct or renew them where the settings say that they are.",
)
_EXPIRED = StoreFault(
    "the credentials have expired", "Renew them where the settings say that they are."
)
_SKEWED = StoreFault(
    "this machine's clock and the store's are too far apart",
    "Set this machine's clock, by NTP for instance.",
)
_REGION = StoreFault("the region is wrong", "Set `region` under [stores] to the bucket's.")
_BUSY = StoreFault("it is too busy, or has a fault", "Run it again: it goes on.", passes=True)
_DOWN = StoreFault(
    "it does not answer",
    "Is `endpoint` under [stores] right, and is the store up? Then run it again: it goes on.",
    passes=True,
)
_OTHER = StoreFault(
    "", "Check that the store is reached, has space, and that its credentials are right."
)

_CODES = {
    **dict.fromkeys(("NoSuchBucket", "ContainerNotFound", "InvalidBucketName"), _NO_PLACE),
    **dict.fromkeys(("AccessDenied", "AllAccessDisabled", "AuthorizationFailure"), _FORBIDDEN),
    "AuthorizationPermissionMismatch": _FORBIDDEN,
    **dict.fromkeys(("InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken"), _UNKNOWN),
    **dict.fromkeys(("AuthenticationFailed", "InvalidSecurity"), _UNKNOWN),
    **dict.fromkeys(("ExpiredToken", "TokenRefreshRequired", "RequestExpired"), _EXPIRED),
    "RequestTimeTooSkewed": _SKEWED,
    **dict.fromkeys(("AuthorizationHeaderMalformed", "PermanentRedirect"), _REGION),
    **dict.fromkeys(("QuotaExceeded", "XMinioStorageFull", "InsufficientStorage"), _FULL),
    **dict.fromkeys(("SlowDown", "InternalError", "ServiceUnavailable", "ServerBusy"), _BUSY),
    **dict.fromkeys(("RequestTimeout", "OperationTimedOut"), _BUSY),
}
_STATUSES = {"401": _UNKNOWN, "403": _FORBIDDEN, "507": _FULL}
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)

_CODE = re.compile(r"<Code>(\w+)</Code>|\(code: (\w+)\)")
_STATUS = re.compile(r"non-2xx status code: (\d\d\d)")


def fault_of(error: Exception) -> StoreFault:
    """Tell what an error of a store's client, or of the disk, means."""
    if isinstance(error, OSError) and error.errno is not None:
        return _FULL if error.errno in _DISK_FULL else _OTHER
    text = str(error)
    code, status = _CODE.search(text), _STATUS.search(text)
    if code is not None and (code[1] or code[2]) in _CODES:
        return _CODES[code[1] or code[2]]
    if status is not None:
        return _STATUSES.get(status[1], _BUSY if status[1].startswith("5") else _OTHER)
    if "error sending request" in text:
        return _DOWN
    # Such as an answer that broke off in the middle.
    return _OTHER if code is not None else _OTHER._replace(passes=True)


def told_fault(text: str) -> tuple[str, str] | None:
    """Find in a worker's error text what a store refused; give it and its hint.

    What is given is words of ours alone: text may quote anything.
    """
    for fault in dict.fromkeys((*_CODES.values(), *_STATUSES.values(), _DOWN)):
        if re.search(rf"object store failed at \w+: .*: {re.escape(fault.said)}\b", text):
            return f"an object store failed a worker: {fault.said}", fault.hint
    return None
