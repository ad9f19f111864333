"""Passwords, as Argon2id hashes."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 200

_HASHER = PasswordHasher()
# Checked where there is no such account, so that the time to answer does not tell whether there is one.
_NOBODY = _HASHER.hash("nobody has this password")


def hashed(password: str) -> str:
    """The hash to keep of a password."""
    return _HASHER.hash(password)


def is_right(password: str, password_hash: str | None) -> bool:
    """Whether a password fits a hash; without a hash it never does, and takes as long to find out."""
    try:
        _HASHER.verify(password_hash or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None
