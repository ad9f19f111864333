"""Signatures of requests between us and other programs."""

from __future__ import annotations

import hashlib
import hmac


def hmac_hex(secret: str, data: bytes) -> str:
    """HMAC-SHA256, hexadecimal."""
    return hmac.new(secret.encode(), data, hashlib.sha256).hexdigest()


def hmac_sha1_hex(secret: str, data: bytes) -> str:
    """HMAC-SHA1, hexadecimal, for providers that know nothing newer."""
    return hmac.new(secret.encode(), data, hashlib.sha1).hexdigest()


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """`v1=` and the HMAC-SHA256 of `timestamp.body`: of webhooks (docs/webhooks.md) and of the generic channel, both ways."""
    return "v1=" + hmac_hex(secret, timestamp.encode() + b"." + body)
