"""Passwords of local accounts. The only user of argon2."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 200

_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash("nobody has this password")


def hash_password(password: str) -> str:
    """Give the argon2id hash of a password; takes some ten milliseconds on purpose."""
    return _HASHER.hash(password)


def is_password(held: str | None, password: str) -> bool:
    """Say whether a password is the one that was hashed.

    Takes as long where there is no hash, so that nobody learns which accounts there are.
    """
    try:
        return _HASHER.verify(held or _NOBODY, password) and held is not None
    except (VerificationError, InvalidHashError):
        return False


def fault_of(password: str) -> str:
    """Say what is wrong with a new password: a key of the catalogue, empty where nothing is."""
    if len(password) < SHORTEST:
        return "password_short"
    return "password_long" if len(password) > LONGEST else ""
