"""How well messages are understood: `make nlu-report`. Runs in the engine's environment.

    .venv-engine/bin/python -m bench.understanding             the report on the pipeline in use
    .venv-engine/bin/python -m bench.understanding compare     other ways, on the same folds

Cross-validation keeps examples that differ by a few letters in one fold, so that no message is asked about that was as good as
learned. Where `tests/unseen/talk_a.jsonl` is present (messages by people who never saw the examples), it is asked as well.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
UNSEEN = PROJECT / "tests" / "unseen" / "talk_a.jsonl"
FOLDS = 5
#: Texts whose pieces of words overlap by more than this are one text for the folds.
NEARLY_THE_SAME = 0.8
#: Commands of the contract that have another name as an intent.
COMMANDS = {"back": "go_back", "restart": "start_over", "change": "change_answer"}
ANSWERS = frozenset({"affirm", "deny", "unsure", "decline", "statement"})
COURTESIES = frozenset({"greet", "goodbye", "thanks", "start_screening"})
#: Whatever is neither a question, nor a command, nor danger: the screening reads it.
LEFT_TO_THE_SCREENING = "(left to the screening)"


@dataclass(frozen=True)
class Asked:
    """Messages, what each should be taken for (any of a set), what it was taken for, and how surely."""

    texts: Sequence[str]
    wanted: Sequence[frozenset[str]]
    taken: Sequence[str]
    sure: Sequence[float]

    def right(self) -> list[bool]:
        return [taken in wanted for taken, wanted in zip(self.taken, self.wanted, strict=True)]


def group(intent: str) -> str:
    """The kind of intent, as the figures are given."""
    if intent.startswith("ask_"):
        return "topics"
    if intent.startswith("safety_"):
        return "safety"
    if intent in ANSWERS or intent == LEFT_TO_THE_SCREENING:
        return "answers"
    if intent in COURTESIES:
        return "courtesies"
    return intent if intent in ("medical_advice", "out_of_scope") else "commands"


def examples() -> tuple[list[str], list[str]]:
    """All training examples with their intents; those that only teach what an answer means are none."""
    import yaml

    texts, intents = [], []
    for path in sorted((PROJECT / "data" / "nlu").rglob("*.yml")):
        for entry in yaml.safe_load(path.read_text("utf-8"))["nlu"]:
            only_an_answer = (entry.get("metadata") or {}).get("learned_as") == "answer"
            for line in entry.get("examples", "").splitlines() if "intent" in entry and not only_an_answer else ():
                if line.strip().startswith("- "):
                    texts.append(line.strip()[2:].strip())
                    intents.append(entry["intent"])
    return texts, intents


def unseen() -> tuple[list[str], list[frozenset[str]]]:
    """The unseen messages with the intents that are right for each."""
    texts, wanted = [], []
    for line in UNSEEN.read_text("utf-8").splitlines():
        message = json.loads(line)
        texts.append(message["utterance"])
        right: set[str] = set()
        for expect in (message["expect"], *message.get("also", ())):
            right |= _intents_for(expect.get("expect", expect))
        wanted.append(frozenset(right))
    return texts, wanted


def _intents_for(expect: dict[str, Any]) -> set[str]:
    kind = expect["kind"]
    if kind == "command":
        name = expect["command"].split(":")[0]
        return {COMMANDS.get(name, name)}
    if kind == "question":
        return {f"ask_{expect['topic']}"}
    if kind == "safety":
        return {"medical_advice" if expect["category"] == "medical_advice" else f"safety_{expect['category']}"}
    return {"out_of_scope"} if kind == "out_of_scope" else {LEFT_TO_THE_SCREENING, *ANSWERS, *COURTESIES, "out_of_scope"}


def near_duplicates(texts: Sequence[str]) -> list[int]:
    """A number for each text; texts that are nearly the same share theirs."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4), use_idf=False, binary=True).fit_transform(texts)
    first = list(range(len(texts)))

    def root(number: int) -> int:
        while first[number] != number:
            first[number] = first[first[number]]
            number = first[number]
        return number

    for start in range(0, len(texts), 1000):
        alike = (pieces[start : start + 1000] @ pieces.T).tocoo()
        same = (alike.data > NEARLY_THE_SAME) & (alike.row + start < alike.col)
        for row, column in zip(alike.row[same], alike.col[same], strict=True):
            first[root(start + row)] = root(column)
    return [root(number) for number in range(len(texts))]


class Remembering:
    """An embedder that computes each text once, and its hasty copy; the folds share it."""

    def __init__(self, texts: Iterable[str]) -> None:
        from bot.engine.embeddings import Embedder
        from bot.engine.intent_model import Settings
        from bot.engine.misspelling import misspelt
        from bot.engine.wording import plain

        self._embedder = Embedder(_configured("embeddings"))
        self.size = self._embedder.size
        self._rows: dict[str, Any] = {}
        well = sorted({plain(text) for text in texts})
        self.embed([*well, *misspelt(well, Settings().seed)])

    def embed(self, texts: Sequence[str]) -> Any:
        import numpy as np

        new = sorted({text for text in texts if text not in self._rows})
        self._rows.update(zip(new, self._embedder.embed(new), strict=True))
        return np.array([self._rows[text] for text in texts], dtype=np.float32)


#: Something trained: texts to (intents, probabilities).
Classifier = Callable[[Sequence[str]], tuple[Sequence[str], Any]]
Way = Callable[[Sequence[str], Sequence[str]], Classifier]


def in_use(embedder: Any) -> Way:
    """The product's own pipeline."""

    def train(texts: Sequence[str], intents: Sequence[str]) -> Classifier:
        from bot.engine.intent_model import IntentModel
        from bot.engine.slips import Slips

        model = IntentModel.train(texts, intents, embedder)
        slips = Slips(texts, _configured("dictionary"))
        return lambda asked: (model.intents, model.probabilities([slips.repaired(text) for text in asked]))

    return train


def _configured(option: str) -> Any:
    """An option of the classifier as config.yml has it."""
    import yaml

    pipeline = yaml.safe_load((PROJECT / "config.yml").read_text("utf-8"))["pipeline"]
    return next(component[option] for component in pipeline if component["name"] == "bot.engine.classify.MessageClassifier")


def ask(classifier: Classifier, texts: Sequence[str], wanted: Sequence[frozenset[str]]) -> Asked:
    """What the classifier takes each text for."""
    names, rows = classifier(texts)
    best = rows.argmax(axis=1)
    return Asked(texts, wanted, [names[index] for index in best], [float(row[index]) for row, index in zip(rows, best, strict=True)])


_SHARED: dict[str, Any] = {}


def _fold(number: int) -> Asked:
    way, texts, intents, folds = _SHARED["way"], _SHARED["texts"], _SHARED["intents"], _SHARED["folds"]
    inside = [index for index, fold in enumerate(folds) if fold != number]
    outside = [index for index, fold in enumerate(folds) if fold == number]
    classifier = way([texts[index] for index in inside], [intents[index] for index in inside])
    return ask(classifier, [texts[index] for index in outside], [frozenset({intents[index]}) for index in outside])


def cross_validated(way: Way, texts: Sequence[str], intents: Sequence[str], folds: Sequence[int]) -> Asked:
    """Every example asked of a model that was trained without its fold."""
    _SHARED.update(way=way, texts=texts, intents=intents, folds=folds)
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("fork")) as processes:
        parts = list(processes.map(_fold, range(FOLDS)))
    return Asked(*([item for part in parts for item in getattr(part, name)] for name in ("texts", "wanted", "taken", "sure")))


def folds_of(texts: Sequence[str]) -> list[int]:
    """The fold of each text: groups of near-duplicates dealt out, the largest first, to the smallest fold."""
    groups = near_duplicates([text.lower() for text in texts])
    sizes = Counter(groups)
    filled = [0] * FOLDS
    fold_of: dict[int, int] = {}
    # Ties in an order that has nothing to do with the files', so that every fold sees every intent.
    for number, size in sorted(sizes.items(), key=lambda item: (-item[1], hash((item[0] * 2654435761) % 2**32))):
        fold_of[number] = min(range(FOLDS), key=lambda fold: filled[fold])
        filled[fold_of[number]] += size
    return [fold_of[number] for number in groups]


def macro_f1(asked: Asked) -> float:
    """The mean over intents of the harmonic mean of precision and recall."""
    names = sorted({name for wanted in asked.wanted for name in wanted})
    hits, taken, wanted = Counter[str](), Counter(asked.taken), Counter(name for names in asked.wanted for name in names)
    for one, right in zip(asked.taken, asked.right(), strict=True):
        hits[one] += right
    return statistics.mean(2 * hits[name] / (taken[name] + wanted[name]) for name in names)


def by_group(asked: Asked) -> dict[str, tuple[int, float, float]]:
    """For each group: how many, how many of them were taken for the right intent, and how many that were taken for one of it rightly."""
    wanted: dict[str, list[bool]] = defaultdict(list)
    taken: dict[str, list[bool]] = defaultdict(list)
    for names, one, right in zip(asked.wanted, asked.taken, asked.right(), strict=True):
        wanted[group(LEFT_TO_THE_SCREENING if LEFT_TO_THE_SCREENING in names else min(names))].append(right)
        taken[group(one)].append(right)
    return {
        name: (len(wanted[name]), statistics.mean(wanted[name]), statistics.mean(taken[name]) if taken[name] else 0.0)
        for name in sorted(wanted)
    }


def show_groups(title: str, asked: Asked) -> None:
    right = asked.right()
    print(f"\n{title}: {len(right)} messages, {statistics.mean(right):.1%} right, macro-F1 {macro_f1(asked):.3f}")
    print(f"  {'':<16} {'n':>6} {'recall':>8} {'precision':>10}")
    for name, (count, recall, precision) in by_group(asked).items():
        print(f"  {name:<16} {count:>6} {recall:>8.1%} {precision:>10.1%}")


def show_intents(asked: Asked) -> None:
    print(f"\n  {'intent':<24} {'n':>6} {'recall':>8} {'precision':>10}")
    right = asked.right()
    for name in sorted({name for names in asked.wanted for name in names}):
        recall = [ok for names, ok in zip(asked.wanted, right, strict=True) if name in names]
        precision = [ok for taken, ok in zip(asked.taken, right, strict=True) if taken == name] or [False]
        print(f"  {name:<24} {len(recall):>6} {statistics.mean(recall):>8.1%} {statistics.mean(precision):>10.1%}")


def show_confusions(asked: Asked, most: int = 25) -> None:
    wrong: dict[tuple[str, str], list[str]] = defaultdict(list)
    for text, wanted, taken, right in zip(asked.texts, asked.wanted, asked.taken, asked.right(), strict=True):
        if not right:
            wrong[min(wanted), taken].append(text)
    print("\n  most confused: wanted -> taken for, how often, one of them")
    for (wanted_name, taken), texts in sorted(wrong.items(), key=lambda item: -len(item[1]))[:most]:
        print(f"  {wanted_name:<22} -> {taken:<22} {len(texts):>4}  {min(texts, key=len)[:70]}")


def show_reliability(title: str, asked: Asked) -> None:
    """Confidences beside how often they were right; `ECE` is the mean distance of the two."""
    right = asked.right()
    distance = 0.0
    print(f"\n{title}: what a confidence means")
    print(f"  {'confidence':<12} {'n':>6} {'mean':>7} {'right':>7}")
    for low in (0.0, 0.2, 0.35, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95):
        high = {0.0: 0.2, 0.2: 0.35, 0.35: 0.5, 0.9: 0.95, 0.95: 1.01}.get(low, low + 0.1)
        inside = [(sure, ok) for sure, ok in zip(asked.sure, right, strict=True) if low <= sure < high]
        if inside:
            mean, share = statistics.mean(sure for sure, _ in inside), statistics.mean(ok for _, ok in inside)
            distance += abs(mean - share) * len(inside) / len(right)
            print(f"  {low:.2f}-{min(high, 1):.2f}   {len(inside):>6} {mean:>7.2f} {share:>7.2f}")
    print(f"  ECE {distance:.3f}")


def report() -> None:
    """Print everything about the pipeline in use."""
    texts, intents = examples()
    print(f"{len(texts)} examples of {len(set(intents))} intents")
    others, wanted = unseen() if UNSEEN.is_file() else ([], [])
    begun = time.perf_counter()
    embedder = Remembering([*texts, *others])
    print(f"embedding them took {time.perf_counter() - begun:.0f} s")
    asked = cross_validated(in_use(embedder), texts, intents, folds_of(texts))
    show_groups("Cross-validated", asked)
    show_intents(asked)
    show_confusions(asked)
    show_reliability("Cross-validated", asked)
    begun = time.perf_counter()
    classifier = in_use(embedder)(texts, intents)
    print(f"\ntraining on all of them took {time.perf_counter() - begun:.0f} s beside the embedding")
    if others:
        asked = ask(classifier, others, wanted)
        show_groups(f"Unseen ({UNSEEN.name}; the classifier alone, before phrases of danger and the reading of answers)", asked)
        show_confusions(asked)
        show_reliability("Unseen", asked)


def compare(part: str = "") -> None:
    """Print two lines for each of the ways that have ``part`` in their name."""
    from bench.understanding_ways import ways

    texts, intents = examples()
    folds = folds_of(texts)
    others, wanted = unseen() if UNSEEN.is_file() else ([], [])
    embedder = Remembering([*texts, *others])
    columns = ("topics", "commands", "medical_advice", "safety", "out_of_scope", "answers")
    print(f"{'':<34} {'right':>6} {'F1':>6} {'train':>6} " + " ".join(f"{name[:13]:>13}" for name in columns) + "   (recall/precision)")
    for name, way in {"in use": in_use(embedder), **ways(embedder)}.items():
        if part not in name:
            continue
        asked = cross_validated(way, texts, intents, folds)
        begun = time.perf_counter()
        classifier = way(texts, intents)
        _show_line(f"{name}, folds", asked, columns, time.perf_counter() - begun)
        if others:
            _show_line(f"{name}, unseen", ask(classifier, others, wanted), columns, None)


def _show_line(name: str, asked: Asked, columns: Sequence[str], seconds: float | None) -> None:
    groups = by_group(asked)
    cells = (f"{groups[column][1]:.3f}/{groups[column][2]:.3f}" if column in groups else "" for column in columns)
    took = f"{seconds:.0f}" if seconds is not None else ""
    print(
        f"{name:<34} {statistics.mean(asked.right()):>6.3f} {macro_f1(asked):>6.3f} {took:>6} " + " ".join(f"{cell:>13}" for cell in cells),
        flush=True,
    )


def main(arguments: Sequence[str]) -> int:
    """Run what is named, the report by default."""
    what, *options = arguments or ["report"]
    if not (what == "compare" and len(options) < 2) and not (what == "report" and not options):
        print("usage: python -m bench.understanding [report | compare [PART OF A NAME]]")
        return 2
    # Folds run beside each other; each on one core.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    if what == "compare":
        compare(*options)
    else:
        report()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
