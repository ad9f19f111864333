"""From a message's numbers to intents with probabilities: a linear model, kept as plain arrays.

One separating plane for each intent (a linear support vector machine), over how the message is worded and what it means.
The distances are turned into probabilities by one number, found on examples that were held out, so that a
confidence of 0.8 is right about eight times out of ten. Every example is learned twice, the second time with typos.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.optimize
import scipy.sparse
from sklearn.svm import LinearSVC

from bot.engine.embeddings import Embedder
from bot.engine.misspelling import misspelt
from bot.engine.wording import Wording, plain

#: One example in so many is held out to find the sharpness, before training on all of them.
HELD_OUT = 5
#: Where there are too few examples to hold any out.
USUAL_SHARPNESS = 4.0
_ENOUGH_TO_HOLD_OUT = 200


@dataclass(frozen=True)
class Settings:
    """What may be tuned; the defaults are what docs/decisions/0008-the-pipeline.md measured."""

    #: How much a wrong example costs while training: higher follows the examples more closely.
    cost: float = 0.5
    #: How much the meaning counts beside the wording.
    meaning: float = 1.5
    #: Whether every example is learned a second time, with typos.
    hasty: bool = False
    seed: int = 42


@dataclass(frozen=True)
class IntentModel:
    """A trained model. ``centre`` is the mean meaning of the examples: what all of them have in common tells nothing."""

    intents: tuple[str, ...]
    wording: Wording
    embedder: Embedder | None
    meaning: float
    centre: Any
    planes: Any
    offsets: Any
    sharpness: float

    @classmethod
    def train(
        cls, texts: Sequence[str], intents: Sequence[str], embedder: Embedder | None, settings: Settings | None = None
    ) -> IntentModel:
        """Learn from examples; ``embedder`` is None for a language without a model of its meanings."""
        settings = settings or Settings()
        texts = [plain(text) for text in texts]
        wording = Wording.of(texts)
        every = [*texts, *misspelt(texts, settings.seed)] if settings.hasty else texts
        vectors = _vectors(every, embedder)
        centre = vectors[: len(texts)].mean(axis=0)
        numbers = _numbers(wording.numbers(every), vectors, centre, settings.meaning)
        names, wanted = np.unique(np.array(intents), return_inverse=True)
        planes, offsets = _planes(numbers, np.resize(wanted, len(every)), len(names), settings)
        return cls(
            intents=tuple(str(name) for name in names),
            wording=wording,
            embedder=embedder,
            meaning=settings.meaning,
            centre=centre,
            planes=planes,
            offsets=offsets,
            sharpness=_sharpness(numbers, wanted, len(names), settings),
        )

    def probabilities(self, texts: Sequence[str]) -> Any:
        """A row for each text and a column for each of ``intents``; rows sum to one."""
        texts = [plain(text) for text in texts]
        numbers = _numbers(self.wording.numbers(texts), _vectors(texts, self.embedder), self.centre, self.meaning)
        return _probabilities(numbers @ self.planes + self.offsets, self.sharpness)

    def save(self, folder: Path) -> None:
        """Write arrays and JSON: nothing in them can run."""
        self.wording.save(folder)
        about = {"intents": self.intents, "sharpness": self.sharpness, "meaning": self.meaning}
        (folder / "about.json").write_text(json.dumps(about), "utf-8")
        for name in ("centre", "planes", "offsets"):
            np.save(folder / f"{name}.npy", getattr(self, name), allow_pickle=False)

    @classmethod
    def load(cls, folder: Path, embedder: Embedder | None) -> IntentModel:
        """What `save` wrote. The embedder has to be the one the model was trained with."""
        about = json.loads((folder / "about.json").read_text("utf-8"))
        centre, planes, offsets = (np.load(folder / f"{name}.npy", allow_pickle=False) for name in ("centre", "planes", "offsets"))
        if len(centre) != (embedder.size if embedder else 0):
            raise ValueError("the model was trained with other embeddings than config.yml names; run: trialchat train")
        return cls(
            intents=tuple(about["intents"]),
            wording=Wording.load(folder),
            embedder=embedder,
            meaning=about["meaning"],
            centre=centre,
            planes=planes,
            offsets=offsets,
            sharpness=about["sharpness"],
        )


def _vectors(texts: Sequence[str], embedder: Embedder | None) -> Any:
    return embedder.embed(texts) if embedder else np.zeros((len(texts), 0), dtype=np.float32)


def _numbers(wording: Any, vectors: Any, centre: Any, meaning: float) -> Any:
    """Wording and meaning side by side. A vector without the centre gets its length back, so that both parts keep their weight."""
    if not vectors.shape[1]:
        return wording
    moved = vectors - centre
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    return scipy.sparse.hstack([wording, scipy.sparse.csr_matrix(moved * (meaning / np.maximum(lengths, 1e-9)))]).tocsr()


def _planes(numbers: Any, wanted: Any, count: int, settings: Settings) -> tuple[Any, Any]:
    """A column for each intent. An intent without an example in ``wanted`` gets the plane that is far from everything."""
    planes = np.zeros((numbers.shape[1], count), dtype=np.float32)
    offsets = np.full(count, -1.0, dtype=np.float32)
    present = np.unique(wanted)
    if len(present) == 1:
        offsets[present] = 1.0
        return planes, offsets
    learned = LinearSVC(C=settings.cost, random_state=settings.seed).fit(numbers, wanted)
    if len(present) == 2:
        # For two, only the second's plane is learned; the first's is its mirror image.
        planes[:, present] = np.vstack([-learned.coef_, learned.coef_]).T
        offsets[present] = np.concatenate([-learned.intercept_, learned.intercept_])
    else:
        planes[:, present] = learned.coef_.T
        offsets[present] = learned.intercept_
    return planes, offsets


def _probabilities(distances: Any, sharpness: float) -> Any:
    powers = np.exp((distances - distances.max(axis=1, keepdims=True)) * sharpness)
    return powers / powers.sum(axis=1, keepdims=True)


def _sharpness(numbers: Any, wanted: Any, count: int, settings: Settings) -> float:
    """How fast a distance becomes certainty: what makes the held-out examples' own intents likeliest.

    ``numbers`` has a row for each example and then, where they are learned, one for each hasty copy, held out with its example.
    """
    rows = len(wanted)
    if rows < _ENOUGH_TO_HOLD_OUT or count < 2:
        return USUAL_SHARPNESS
    held_out = np.zeros(rows, dtype=bool)
    held_out[np.random.default_rng(settings.seed).permutation(rows)[: rows // HELD_OUT]] = True
    learned = np.resize(~held_out, numbers.shape[0])
    planes, offsets = _planes(numbers[learned], np.resize(wanted, numbers.shape[0])[learned], count, settings)
    distances, right = numbers[:rows][held_out] @ planes + offsets, wanted[held_out]

    def surprise(sharpness: float) -> float:
        likely = _probabilities(distances, sharpness)[np.arange(len(right)), right]
        return float(-np.log(np.maximum(likely, 1e-12)).mean())

    return float(scipy.optimize.minimize_scalar(surprise, bounds=(0.5, 20.0), method="bounded").x)
