"""Other ways to understand messages, each tried on the same folds. Figures: docs/decisions/0008-the-pipeline.md."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import scipy.sparse
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.svm import LinearSVC

from bot.engine.intent_model import IntentModel, Settings
from bot.engine.wording import Wording, plain

Classifier = Callable[[Sequence[str]], tuple[Sequence[str], Any]]
Way = Callable[[Sequence[str], Sequence[str]], Classifier]
#: Training texts to a function from texts to numbers.
Features = Callable[[Sequence[str]], Callable[[Sequence[str]], Any]]


def ways(embedder: Any) -> dict[str, Way]:
    """Name to way."""

    def wording(texts: Sequence[str]) -> Callable[[Sequence[str]], Any]:
        return Wording.of(texts).numbers

    def meaning(texts: Sequence[str]) -> Callable[[Sequence[str]], Any]:
        centre = embedder.embed(texts).mean(axis=0)

        def numbers(asked: Sequence[str]) -> Any:
            moved = embedder.embed(asked) - centre
            return scipy.sparse.csr_matrix(moved * (1.5 / np.linalg.norm(moved, axis=1, keepdims=True)))

        return numbers

    def both(texts: Sequence[str]) -> Callable[[Sequence[str]], Any]:
        first, second = wording(texts), meaning(texts)
        return lambda asked: scipy.sparse.hstack([first(asked), second(asked)]).tocsr()

    def ours(embedder: Any, hasty: bool) -> Way:
        def train(texts: Sequence[str], intents: Sequence[str]) -> Classifier:
            model = IntentModel.train(texts, intents, embedder, Settings(hasty=hasty))
            return lambda asked: (model.intents, model.probabilities(asked))

        return train

    return {
        "both, SVM, typos learned": ours(embedder, hasty=True),
        "both, SVM": ours(embedder, hasty=False),
        "wording, SVM, typos learned": ours(None, hasty=True),
        "wording, SVM": ours(None, hasty=False),
        "meaning, SVM": _way(meaning, lambda: _Distances(C=0.5)),
        "meaning, nearest 10": _way(meaning, lambda: KNeighborsClassifier(10, weights="distance")),
        "both, balanced SVM": _way(both, lambda: _Distances(C=0.5, class_weight="balanced")),
        "meaning, small neural network": _way(meaning, lambda: MLPClassifier((256,), alpha=1e-3, max_iter=15, random_state=0)),
        "meaning, logistic regression": _way(meaning, lambda: LogisticRegression(C=10.0, max_iter=100, tol=1e-3)),
        "both, logistic regression": _way(both, lambda: LogisticRegression(C=10.0, max_iter=100, tol=1e-3)),
        "wording, logistic regression": _way(wording, lambda: LogisticRegression(C=10.0, max_iter=100, tol=1e-3)),
        # What Rasa's own components were set to before.
        "counts, logistic regression": _way(
            _counts, lambda: LogisticRegression(C=1.0, class_weight="balanced", max_iter=200, tol=1e-4, random_state=42)
        ),
    }


def _way(features: Features, make: Callable[[], Any]) -> Way:
    def train(texts: Sequence[str], intents: Sequence[str]) -> Classifier:
        texts = [plain(text) for text in texts]
        numbers = features(texts)
        model = make().fit(numbers(texts), intents)
        return lambda asked: (model.classes_, model.predict_proba(numbers([plain(text) for text in asked])))

    return train


class _Distances(LinearSVC):  # type: ignore[misc]  # its package says no types
    """Distances in the place of probabilities: the order is all that is compared."""

    def predict_proba(self, numbers: Any) -> Any:
        return self.decision_function(numbers)


def _counts(texts: Sequence[str]) -> Callable[[Sequence[str]], Any]:
    """As Rasa's two count vectors featurizers count."""
    bags = [
        CountVectorizer(ngram_range=(1, 2), strip_accents="unicode"),
        CountVectorizer(analyzer="char_wb", ngram_range=(2, 5), strip_accents="unicode"),
    ]
    for bag in bags:
        bag.fit(texts)
    return lambda asked: scipy.sparse.hstack([bag.transform(asked) for bag in bags]).tocsr().astype(float)
