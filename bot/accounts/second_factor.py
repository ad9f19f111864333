"""One-time codes by the clock (TOTP, RFC 6238), and the recovery codes for when the phone is away. Pure but for the random."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import datetime

import pyotp

from bot.tokens import token_hash

SECONDS = 30
"""How long a code is shown."""
DRIFT = 1
"""So many codes before and after the one of now are taken: clocks differ, and typing takes time."""
RECOVERY_CODES = 10
# Without what is easily confused on paper (i, l, o, 0, 1): 31 letters and digits, so 79 bits in sixteen of them.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_CODE = re.compile(r"[0-9]{6}", re.ASCII)


def new_secret() -> str:
    """A secret to share with somebody's phone: 160 random bits in base32."""
    return pyotp.random_base32()


def address_of(secret: str, login: str, issuer: str) -> str:
    """What the picture says to the app on the phone."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def step_of(secret: str, code: str, now: datetime, used: int | None) -> int | None:
    """The time step that a code is of; None where it is wrong, or of a step that was used (`used` is the last one that was)."""
    digits = "".join(code.split())
    if not _CODE.fullmatch(digits):
        return None
    here, codes = int(now.timestamp()) // SECONDS, pyotp.TOTP(secret)
    right = [step for step in range(here - DRIFT, here + DRIFT + 1) if hmac.compare_digest(codes.generate_otp(step), digits)]
    return next((step for step in right if used is None or step > used), None)


def new_recovery_codes() -> list[str]:
    """Ten codes to keep on paper, each good once."""
    return ["-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4)) for _ in range(RECOVERY_CODES)]


def recovery_hash(code: str) -> str:
    """What is kept of a recovery code: it is random and long enough that a plain hash cannot be guessed back."""
    return token_hash("".join(letter for letter in code.casefold() if letter.isalnum()))


def without(hashes: Sequence[str], code: str) -> list[str] | None:
    """The recovery codes that are left after one is used; None where it is none of them."""
    given = recovery_hash(code)
    left = [one for one in hashes if not hmac.compare_digest(one, given)]
    return left if len(left) < len(hashes) else None
