"""Passwords, as Argon2id hashes."""

from __future__ import annotations

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()
# Checked where there is no such account, so that the time to answer does not tell whether there is one.
_NOBODY = _HASHER.hash("nobody has this password")


def normal(password: str) -> str:
    """One form for what different keyboards make of the same letters (NIST SP 800-63B, section 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def hashed(password: str) -> str:
    """The hash to keep of a password."""
    return _HASHER.hash(normal(password))


def is_right(password: str, password_hash: str | None) -> bool:
    """Whether a password fits a hash; without a hash it never does, and takes as long to find out."""
    try:
        _HASHER.verify(password_hash or _NOBODY, normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether a hash was made with weaker parameters than those of today, and should be made anew when the password is known."""
    return _HASHER.check_needs_rehash(password_hash)
