"""Examples as typed in haste: different, recognisable, and always the same."""

from __future__ import annotations

from bot.engine.misspelling import misspelt

TEXTS = ["Where's the nearest hospital?", "how much does the trial cost", "I'm 61", "ok", "?", "!!!", "", "naïve läkare frågar"]


def test_the_same_text_gets_the_same_slips_whatever_stands_beside_it() -> None:
    assert misspelt(TEXTS, 1) == misspelt(TEXTS, 1)
    assert misspelt(TEXTS[1:2], 1) == misspelt(TEXTS, 1)[1:2]
    assert misspelt(TEXTS, 1) != misspelt(TEXTS, 2)


def test_nothing_disappears_and_short_words_stay() -> None:
    for seed in range(50):
        for text, hasty in zip(TEXTS, misspelt(TEXTS, seed), strict=True):
            assert bool(hasty) == bool(text)
            assert len(hasty.split()) == len(text.split())
            assert abs(len(hasty) - len(text)) <= 4
        assert misspelt(["I am 61 ok"], seed)[0].lower() == "i am 61 ok"


def test_a_slip_keeps_the_ends_of_a_word() -> None:
    for seed in range(50):
        (word,) = misspelt(["hospital"], seed)
        assert word != "hospital"
        assert (word[0], word[-1]) == ("h", "l")
        assert set(word) <= set("hospital")
