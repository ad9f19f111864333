"""How a message is worded, as numbers: its words, pairs of words and pieces of words, weighted by how rare they are.

Pieces of words make it robust against typos and endings. No language is assumed.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse
from sklearn.feature_extraction.text import TfidfVectorizer

#: From this many examples on, what occurs in a single one is left out: it halves the model and changes no figure.
ENOUGH = 500
_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u02bc": "'", "`": "'", "\u00b4": "'", "\u201c": '"', "\u201d": '"'})
_SPACES = re.compile(r"\s+")
#: A question mark says as much as a word does.
_WORD = re.compile(r"\w+|\?")
_FILES = ("words", "pieces")


def plain(text: str) -> str:
    """The text with what keyboards make different taken out: kinds of quotes, spaces and composed letters."""
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", text).translate(_QUOTES)).strip()


def beside(parts: Sequence[Any]) -> Any:
    """Rows side by side. One row alone, which is what a message is, is put together by hand: in a fifth of the time."""
    if parts[0].shape[0] != 1:
        return scipy.sparse.hstack(parts).tocsr()
    starts = np.cumsum([0, *(part.shape[1] for part in parts)])
    indices = np.concatenate([part.indices + start for part, start in zip(parts, starts[:-1], strict=True)])
    return scipy.sparse.csr_matrix((np.concatenate([part.data for part in parts]), indices, [0, len(indices)]), shape=(1, starts[-1]))


class Wording:
    """Two bags, of words and of pieces of words, side by side."""

    def __init__(self, bags: Sequence[TfidfVectorizer]) -> None:
        self._bags = bags

    @classmethod
    def of(cls, texts: Sequence[str]) -> Wording:
        """What occurs in ``texts``, and how rare it is."""
        rarest = 2 if len(texts) >= ENOUGH else 1
        bags = _bags(min_df=rarest)
        for bag in bags:
            bag.fit(texts)
        return cls(bags)

    def numbers(self, texts: Sequence[str]) -> Any:
        """A sparse row for each text."""
        return beside([bag.transform(texts) for bag in self._bags])

    def save(self, folder: Path) -> None:
        for name, bag in zip(_FILES, self._bags, strict=True):
            terms = sorted(bag.vocabulary_, key=bag.vocabulary_.__getitem__)
            (folder / f"{name}.json").write_text(json.dumps(terms, ensure_ascii=False), "utf-8")
            np.save(folder / f"{name}.npy", bag.idf_, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> Wording:
        bags = []
        for number, name in enumerate(_FILES):
            terms = json.loads((folder / f"{name}.json").read_text("utf-8"))
            bag = _bags(vocabulary={term: index for index, term in enumerate(terms)})[number]
            bag.idf_ = np.load(folder / f"{name}.npy", allow_pickle=False)
            bags.append(bag)
        return cls(bags)


def _bags(**options: Any) -> list[TfidfVectorizer]:
    shared = {"sublinear_tf": True, "strip_accents": "unicode"} | options
    return [
        TfidfVectorizer(tokenizer=_WORD.findall, token_pattern=None, ngram_range=(1, 2), **shared),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), **shared),
    ]
