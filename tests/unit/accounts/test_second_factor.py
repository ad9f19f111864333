"""Codes by the clock, one step of drift, none twice; recovery codes, each once."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.accounts import second_factor as factor

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
STEP = int(NOON.timestamp()) // factor.SECONDS
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(step: int) -> str:
    return pyotp.TOTP(SECRET).generate_otp(step)


def test_the_codes_are_those_of_rfc_6238() -> None:
    # Appendix B of the RFC has eight digits; an app shows the last six.
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for seconds, digits in ((59, "287082"), (1111111109, "081804"), (2000000000, "279037")):
        at = datetime.fromtimestamp(seconds, UTC)
        assert factor.step_of(secret, digits, at, None) == seconds // 30


@given(some.integers(min_value=-4, max_value=4), some.integers(min_value=0, max_value=29), some.none() | some.integers(-3, 3))
def test_a_code_counts_within_one_step_and_only_after_the_last_one_used(away: int, seconds: int, used: int | None) -> None:
    last = None if used is None else STEP + used
    found = factor.step_of(SECRET, code(STEP + away), NOON + timedelta(seconds=seconds), last)
    assert (found == STEP + away) == (abs(away) <= factor.DRIFT and (last is None or STEP + away > last))


@pytest.mark.parametrize("written", ["", "12345", "1234567", "abcdef", "１２３４５６", "12345\n6x", "-12345"])
def test_what_is_no_six_digits_is_no_code(written: str) -> None:
    assert factor.step_of(SECRET, written, NOON, None) is None


def test_spaces_in_a_code_are_not_minded() -> None:
    digits = code(STEP)
    assert factor.step_of(SECRET, f" {digits[:3]} {digits[3:]} ", NOON, None) == STEP


def test_the_address_names_whose_it_is_and_where() -> None:
    address = urlsplit(factor.address_of(SECRET, "ada@example.org", "Trial console"))
    assert (address.scheme, address.netloc, unquote(address.path)) == ("otpauth", "totp", "/Trial console:ada@example.org")
    assert parse_qs(address.query) == {"secret": [SECRET], "issuer": ["Trial console"]}


def test_ten_recovery_codes_all_different_and_easy_to_read_on_paper() -> None:
    codes = factor.new_recovery_codes()
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"([a-hjkmnp-z2-9]{4}-){3}[a-hjkmnp-z2-9]{4}", one) for one in codes)


def test_a_recovery_code_is_good_once_however_it_is_typed() -> None:
    codes = factor.new_recovery_codes()
    hashes = [factor.recovery_hash(one) for one in codes]
    left = factor.without(hashes, codes[3].upper().replace("-", " "))
    assert left == hashes[:3] + hashes[4:]
    assert factor.without(left, codes[3]) is None
    assert factor.without(hashes, "") is None
    assert not any(one in hashes for one in codes)


def test_secrets_are_long_and_differ() -> None:
    secrets = {factor.new_secret() for _ in range(20)}
    assert len(secrets) == 20
    assert all(len(pyotp.TOTP(secret).byte_secret()) == 20 for secret in secrets)
