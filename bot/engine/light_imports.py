"""Starting Rasa without TensorFlow, where the pipeline has no neural network.

Rasa imports TensorFlow whatever the pipeline: some 350 MB of memory for nothing. Stand-ins take the place of TensorFlow and
its companions while Rasa is imported: enough for class definitions and annotations, and nothing more. Once the imports are
done, `seal` makes any use of them an error that says what to do: a stand-in can never quietly compute something.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

#: What Rasa 3.6 imports for its neural networks only.
HEAVY = frozenset({"tensorflow", "tensorflow_addons", "tensorflow_hub", "tensorflow_text", "keras", "jax"})
#: Components known to need none of it. Anything else in the configuration, and TensorFlow is imported as usual.
LIGHT_COMPONENTS = frozenset(
    {
        "WhitespaceTokenizer",
        "RegexFeaturizer",
        "LexicalSyntacticFeaturizer",
        "CountVectorsFeaturizer",
        "LogisticRegressionClassifier",
        "KeywordIntentClassifier",
        "RegexEntityExtractor",
        "EntitySynonymMapper",
        "FallbackClassifier",
        "RulePolicy",
        "MemoizationPolicy",
        "AugmentedMemoizationPolicy",
    }
)
_COMPONENT = re.compile(r"^\s*-\s*name:\s*[\"']?([\w.]+)[\"']?\s*(?:#.*)?$", re.MULTILINE)


def needs_no_tensorflow(config: Path) -> bool:
    """Whether every component that ``config.yml`` names is light: one of Rasa's listed above, or one of ours."""
    named = _COMPONENT.findall(config.read_text("utf-8"))
    return bool(named) and all(name in LIGHT_COMPONENTS or name.startswith("bot.engine.") for name in named)


class TensorFlowIsAbsent(RuntimeError):
    """Something wanted to compute with TensorFlow, which was left out."""


class _Sealing:
    done = False


class _StandInClass(type):
    """A class whose attributes are such classes too; while Rasa is imported it also serves as a decorator or a constant."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return _stand_in(name)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if _Sealing.done:
            raise TensorFlowIsAbsent(
                f"{cls.__name__} of TensorFlow was needed, but config.yml was taken to need none. "
                "Take the component that uses it out of LIGHT_COMPONENTS in bot/engine/light_imports.py."
            )
        if "__stand_in__" not in vars(cls):
            return super().__call__(*args, **kwargs)
        if len(args) == 1 and not kwargs and callable(args[0]):
            return args[0]
        return _stand_in(cls.__name__)

    def __getitem__(cls, item: Any) -> Any:
        return cls

    def __or__(cls, other: Any) -> Any:
        return cls

    __ror__ = __or__


def _stand_in(name: str) -> Any:
    return _StandInClass(name, (), {"__stand_in__": True, "__module__": "tensorflow"})


class _StandInModule(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return _stand_in(name)


class _StandInFinder(MetaPathFinder, Loader):
    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        return ModuleSpec(fullname, self, is_package=True) if fullname.split(".")[0] in HEAVY else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _StandInModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


def leave_tensorflow_out() -> None:
    """From here on, importing TensorFlow gives stand-ins. To be called before Rasa is imported."""
    if "tensorflow" in sys.modules:
        raise RuntimeError("TensorFlow is imported already: leave_tensorflow_out comes first")
    sys.meta_path.insert(0, _StandInFinder())


def seal() -> None:
    """The imports are done: from here on, using a stand-in is an error."""
    _Sealing.done = True
