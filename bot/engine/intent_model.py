"""From a message's numbers to labels with probabilities: linear models, kept as plain arrays.

`Numbers` tells how a message is worded and what it means. `Planes` has one separating plane for each label (a linear support
vector machine); the distances are turned into probabilities by one number, found on examples that were held out, so that a
confidence of 0.8 is right about eight times out of ten. `IntentModel` is the two together, with the intents as labels.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.optimize
import scipy.sparse
from sklearn.svm import LinearSVC

from bot.engine.embeddings import Embedder
from bot.engine.misspelling import misspelt
from bot.engine.wording import Wording, beside, plain

#: One example in so many is held out to find the sharpness, before training on all of them.
HELD_OUT = 5
#: Where there are too few examples to hold any out.
USUAL_SHARPNESS = 4.0
_ENOUGH_TO_HOLD_OUT = 100


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
class Numbers:
    """Turns messages into rows of numbers. ``centre`` is the mean meaning of the examples: what they have in common tells nothing."""

    wording: Wording
    embedder: Embedder | None
    meaning: float
    centre: Any

    @classmethod
    def of(cls, texts: Sequence[str], embedder: Embedder | None, settings: Settings) -> Numbers:
        """Made from examples; ``embedder`` is None for a language without a model of its meanings."""
        texts = [plain(text) for text in texts]
        return cls(Wording.of(texts), embedder, settings.meaning, _vectors(texts, embedder).mean(axis=0))

    def rows(self, texts: Sequence[str]) -> Any:
        """Wording and meaning side by side. A vector without the centre gets its length back, so that both parts keep their weight."""
        texts = [plain(text) for text in texts]
        wording, vectors = self.wording.numbers(texts), _vectors(texts, self.embedder)
        if not vectors.shape[1]:
            return wording
        moved = vectors - self.centre
        lengths = np.linalg.norm(moved, axis=1, keepdims=True)
        return beside([wording, scipy.sparse.csr_matrix(moved * (self.meaning / np.maximum(lengths, 1e-9)))])

    def save(self, folder: Path) -> None:
        """Write arrays and JSON: nothing in them can run."""
        self.wording.save(folder)
        np.save(folder / "centre.npy", self.centre, allow_pickle=False)
        (folder / "numbers.json").write_text(json.dumps({"meaning": self.meaning}), "utf-8")

    @classmethod
    def load(cls, folder: Path, embedder: Embedder | None) -> Numbers:
        """What `save` wrote. The embedder has to be the one the model was trained with."""
        centre = np.load(folder / "centre.npy", allow_pickle=False)
        if len(centre) != (embedder.size if embedder else 0):
            raise ValueError("the model was trained with other embeddings than config.yml names; run: trialchat train")
        meaning = json.loads((folder / "numbers.json").read_text("utf-8"))["meaning"]
        return cls(Wording.load(folder), embedder, meaning, centre)


@dataclass(frozen=True)
class Planes:
    """A plane for each label, and how fast a distance from it becomes certainty."""

    labels: tuple[str, ...]
    planes: Any
    offsets: Any
    sharpness: float

    @classmethod
    def train(cls, rows: Any, labels: Sequence[str], settings: Settings) -> Planes:
        """Learn from a row for each of ``labels``, followed, where examples are learned hastily too, by a row for each hasty copy."""
        names, wanted = np.unique(np.array(labels), return_inverse=True)
        with ThreadPoolExecutor(1) as beside:
            # Learned again without those held out, at the same time: the library lets go of Python while it learns.
            sharpness = beside.submit(_sharpness, rows, wanted, len(names), settings)
            planes, offsets = _planes(rows, np.resize(wanted, rows.shape[0]), len(names), settings)
            return cls(tuple(str(name) for name in names), planes, offsets, sharpness.result())

    def probabilities(self, rows: Any) -> Any:
        """A row for each row and a column for each label; rows sum to one."""
        # In the planes' own precision: they would all be copied into that of the rows for every message.
        return self.certain(rows.astype(self.planes.dtype) @ self.planes)

    def certain(self, products: Any) -> Any:
        """The probabilities for rows that were multiplied with the planes already."""
        return _probabilities(products + self.offsets, self.sharpness)

    def save(self, folder: Path) -> None:
        """Write arrays and JSON: nothing in them can run."""
        (folder / "labels.json").write_text(json.dumps({"labels": self.labels, "sharpness": self.sharpness}), "utf-8")
        for name in ("planes", "offsets"):
            np.save(folder / f"{name}.npy", getattr(self, name), allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> Planes:
        """What `save` wrote."""
        about = json.loads((folder / "labels.json").read_text("utf-8"))
        planes, offsets = (np.load(folder / f"{name}.npy", allow_pickle=False) for name in ("planes", "offsets"))
        return cls(tuple(about["labels"]), planes, offsets, about["sharpness"])


@dataclass(frozen=True)
class IntentModel:
    """Which intent a message has."""

    numbers: Numbers
    planes: Planes

    @property
    def intents(self) -> tuple[str, ...]:
        """The intents in the order of `probabilities`."""
        return self.planes.labels

    @classmethod
    def train(
        cls, texts: Sequence[str], intents: Sequence[str], embedder: Embedder | None, settings: Settings | None = None
    ) -> IntentModel:
        """Learn from examples; ``embedder`` is None for a language without a model of its meanings."""
        settings = settings or Settings()
        texts = [plain(text) for text in texts]
        numbers = Numbers.of(texts, embedder, settings)
        every = [*texts, *misspelt(texts, settings.seed)] if settings.hasty else texts
        return cls(numbers, Planes.train(numbers.rows(every), intents, settings))

    def probabilities(self, texts: Sequence[str]) -> Any:
        """A row for each text and a column for each of ``intents``; rows sum to one."""
        return self.planes.probabilities(self.numbers.rows(texts))

    def save(self, folder: Path) -> None:
        """Write arrays and JSON."""
        self.numbers.save(folder)
        self.planes.save(folder)

    @classmethod
    def load(cls, folder: Path, embedder: Embedder | None) -> IntentModel:
        """What `save` wrote. The embedder has to be the one the model was trained with."""
        return cls(Numbers.load(folder, embedder), Planes.load(folder))


def _vectors(texts: Sequence[str], embedder: Embedder | None) -> Any:
    return embedder.embed(texts) if embedder else np.zeros((len(texts), 0), dtype=np.float32)


def _planes(rows: Any, wanted: Any, count: int, settings: Settings) -> tuple[Any, Any]:
    """A column for each label. A label without an example in ``wanted`` gets the plane that is far from everything."""
    planes = np.zeros((rows.shape[1], count), dtype=np.float32)
    offsets = np.full(count, -1.0, dtype=np.float32)
    present = np.unique(wanted)
    if len(present) == 1:
        offsets[present] = 1.0
        return planes, offsets
    learned = LinearSVC(C=settings.cost, random_state=settings.seed).fit(rows, wanted)
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


def _sharpness(rows: Any, wanted: Any, count: int, settings: Settings) -> float:
    """How fast a distance becomes certainty: what makes the held-out examples' own labels likeliest.

    A hasty copy is held out with its example.
    """
    examples = len(wanted)
    if examples < _ENOUGH_TO_HOLD_OUT or count < 2:
        return USUAL_SHARPNESS
    held_out = np.zeros(examples, dtype=bool)
    held_out[np.random.default_rng(settings.seed).permutation(examples)[: examples // HELD_OUT]] = True
    learned = np.resize(~held_out, rows.shape[0])
    planes, offsets = _planes(rows[learned], np.resize(wanted, rows.shape[0])[learned], count, settings)
    distances, right = rows[:examples][held_out] @ planes + offsets, wanted[held_out]

    def surprise(sharpness: float) -> float:
        likely = _probabilities(distances, sharpness)[np.arange(len(right)), right]
        return float(-np.log(np.maximum(likely, 1e-12)).mean())

    return float(scipy.optimize.minimize_scalar(surprise, bounds=(0.5, 20.0), method="bounded").x)
