"""Words are compared without case and accents, in any script."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.store.words import LONGEST, MOST_WORDS, terms_of, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Yes, I had chemo.", {"yes", "i", "had", "chemo"}),
        ("58 kg; stage IIIb", {"58", "kg", "stage", "iiib"}),
        ("Müller MÜLLER mu\u0308ller", {"muller"}),
        ("Straße STRASSE", {"strasse"}),
        ("Łódź søster æra", {"lodz", "soster", "aera"}),
        ("İstanbul ISPARTA ısı", {"istanbul", "isparta", "isi"}),
        ("don't l'hôpital", {"don", "t", "l", "hopital"}),
        ("ἔρως Έρως", {"ερωσ"}),
        ("рак Лёгких", {"рак", "легких"}),
        ("سَرَطان", {"سرطان"}),
        ("कैंसर", {"कैंसर"}),
        ("肺癌3期", {"肺", "癌", "3", "期"}),
        ("がん", {"が", "ん"}),
        ("암 환자", {"암", "환자"}),
        ("ＦＵＬＬ 𝐁𝐨𝐥𝐝 ﬁn", {"full", "bold", "fin"}),
        ("…!?  \x00 — ", set()),
    ],
)
def test_a_text_has_these_words(text: str, words: set[str]) -> None:
    assert words_of(text) == words


def test_a_very_long_word_is_found_by_its_beginning() -> None:
    assert words_of("x" * 100) == {"x" * LONGEST}
    assert terms_of("x" * 70) == ("x" * LONGEST,)


def test_the_word_typed_last_stays_the_last_and_each_counts_once() -> None:
    assert terms_of("lung yes Lung") == ("yes", "lung")
    assert terms_of(" ".join(f"w{number}" for number in range(20))) == tuple(f"w{number}" for number in range(20 - MOST_WORDS, 20))


@given(st.text())
@example("ΐ𝐀ﬃ İ")
def test_what_was_written_is_found_by_the_same_words_typed_again(text: str) -> None:
    words = words_of(text)
    assert words_of(" ".join(words)) == words
    assert words.issuperset(terms_of(text))


@given(st.text())
def test_small_and_capital_letters_are_the_same(text: str) -> None:
    assert words_of(text.casefold()) == words_of(text)


@given(st.text())
def test_every_word_can_be_kept_by_any_database(text: str) -> None:
    for word in words_of(text):
        assert 1 <= len(word) <= LONGEST
        assert word.encode("utf-8")
        assert "\x00" not in word
