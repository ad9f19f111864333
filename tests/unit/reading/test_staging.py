"""Stages out of TNM codes: taken only where the code settles the stage whatever the cancer."""

from __future__ import annotations

import pytest

from bot.screening.reading.staging import stage_of_tnm


@pytest.mark.parametrize(
    "code",
    ["t2 n1 m1", "t2n1m1", "pt2a pn1 cm1b", "ct4n3m1c", "t1a, n0, m1a", "t2/n1/m1", "the letter says t3n2m1 i think", "m1b", "tx n0 m1"],
)
def test_distant_spread_is_stage_four(code: str) -> None:
    assert stage_of_tnm(code) == "IV"


def test_in_situ_is_stage_nought() -> None:
    assert stage_of_tnm("ptis n0 m0") == "0"


@pytest.mark.parametrize(
    ("code", "stage"),
    [
        ("t1 n0 m0", "I"),
        ("ct1bn0m0", "I"),
        ("t2a n0 m0", "I"),
        ("pt2b n1 m0", "II"),
        ("t3n0m0", "II"),
        ("t3 n1 m0", "III"),
        ("ct4n3m0", "III"),
    ],
)
def test_without_distant_spread_a_code_on_which_the_tables_agree_tells_the_stage(code: str, stage: str) -> None:
    assert stage_of_tnm(code) == stage
    assert stage_of_tnm(code, asked=False) is None, "told in passing it may be another cancer's"


@pytest.mark.parametrize("code", ["t2 n1 m0", "t2 n0 m0", "t4 n0 m0", "t1 n2 m0", "t4 n3 mx", "tis n1 m0", "t2", "n1", "m0"])
def test_a_code_that_means_other_stages_in_other_cancers_settles_nothing(code: str) -> None:
    assert stage_of_tnm(code) is None


@pytest.mark.parametrize("text", ["", "stage 4", "am1", "1m1w", "room m12", "vitamin t4 and t3", "t-shirt, no money"])
def test_what_is_no_code_settles_nothing(text: str) -> None:
    assert stage_of_tnm(text) is None
