"""How people answer, as data: every attribute has an entry, nothing in it is impossible, and what is wrong is told by its field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.criteria.operators import NEVER
from bot.matching import Priors
from bot.screening.attributes import AnswerType, Attribute, Attributes
from bot.settings import PROJECT
from bot.words import Library, WordsFault
from bot.words.priors import MOST, Samples, load_priors
from tests.shipped import shipped_library

NAMES = ("Cough", "Fever", "Gout", "Rabies", "Plague")
CASES: Mapping[str, tuple[str, dict[str, Any]]] = {
    "well": ("yes_no", {}),
    "colour": ("choice", {"values": ("red", "blue")}),
    "places": ("choices", {"values": ("here", "there", "nowhere"), "exclusive": ("nowhere",)}),
    "height": ("number", {"plausible": (10, 20), "whole": True}),
    "last_seen": ("time_since", {"plausible": (0, 100)}),
    "illness": ("text", {}),
    "illnesses": ("text", {"complete": True}),
}
ATTRIBUTES = Attributes(
    Attribute(name=name, answer_type=AnswerType(kind), group="health", effort=1, sensitivity=0, **more)
    for name, (kind, more) in CASES.items()
)
SOUND: dict[str, Any] = {
    "well": {"yes": 0.9, "source": "a survey"},
    "colour": {"shares": {"red": 0.25, "blue": 0.75}, "source": "a survey"},
    "places": {
        "answers": [{"values": ["nowhere"], "share": 0.5}, {"values": ["here", "there"], "share": 0.5}],
        "source": "a survey",
    },
    "height": {"normal": {"mean": 15, "sd": 1}, "source": "a survey"},
    "last_seen": {"never": 0.6, "quantiles": {0: 1, 1: 50}, "source": "a survey"},
    "illness": {"named": [{"shares": {"Cough": 0.5, "Fever": 0.2}, "source": "a survey"}], "source": "a survey"},
    "illnesses": {"none": 0.4, "named": [{"shares": {"Cough": 0.3, "Gout": 0.01}, "source": "a survey"}], "source": "a survey"},
}

Load = Callable[..., Mapping[str, Samples]]


@pytest.fixture(scope="module")
def library() -> Library:
    return shipped_library()


@pytest.fixture(scope="module")
def shipped(library: Library) -> Mapping[str, Samples]:
    return load_priors(library.attributes, lambda name: library.in_locale("en").lexicon.names_of(name).names)


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Loads the sound entries with some of them changed."""

    def loading(changed: Mapping[str, Any] | None = None) -> Mapping[str, Samples]:
        return _written(tmp_path, yaml.safe_dump({"priors": {**SOUND, **(changed or {})}}, sort_keys=False))

    return loading


def _written(root: Path, text: str) -> Mapping[str, Samples]:
    (root / "lexicon").mkdir(exist_ok=True)
    (root / "lexicon" / "priors.yaml").write_text(text, "utf-8")
    return load_priors(ATTRIBUTES, lambda _: NAMES, root)


def _weight(samples: Samples, of: Callable[[Any], bool]) -> float:
    return sum(weight for value, weight in samples if of(value))


# -- what ships


def test_every_attribute_but_places_has_a_few_samples_that_weigh_one_together(library: Library, shipped: Mapping[str, Samples]) -> None:
    assert list(shipped) == [name for name, attribute in library.attributes.items() if not attribute.of_places]
    for samples in shipped.values():
        assert 2 <= len(samples) <= MOST
        assert sum(weight for _, weight in samples) == pytest.approx(1)
        assert min(weight for _, weight in samples) > 0


def test_every_sample_is_an_answer_to_its_attribute(library: Library, shipped: Mapping[str, Samples]) -> None:
    for name, samples in shipped.items():
        assert [value for value, _ in samples if not library.attributes[name].accepts(value)] == []


def test_no_value_of_a_choice_is_impossible(library: Library, shipped: Mapping[str, Samples]) -> None:
    for name, samples in shipped.items():
        found = {item for value, _ in samples for item in (value if isinstance(value, tuple) else (value,))}
        assert set(library.attributes[name].values) <= found


def test_numbers_reach_both_ends_of_what_is_plausible(library: Library, shipped: Mapping[str, Samples]) -> None:
    for name, attribute in library.attributes.items():
        if attribute.answer_type is AnswerType.NUMBER and attribute.plausible:
            values = [value for value, _ in shipped[name] if isinstance(value, int | float)]
            assert (min(values), max(values)) == attribute.plausible


def test_somebody_has_each_illness_there_is(library: Library, shipped: Mapping[str, Samples]) -> None:
    had = {name for value, _ in shipped["medical_history"] if isinstance(value, tuple) for name in value}
    assert had == set(library.in_locale("en").lexicon.conditions.names)


def test_each_illness_is_had_as_often_as_the_file_says(shipped: Mapping[str, Samples]) -> None:
    entry = yaml.safe_load((PROJECT / "lexicon" / "priors.yaml").read_text("utf-8"))["priors"]["medical_history"]
    for group in entry["named"]:
        for name, share in group["shares"].items():
            assert _weight(shipped["medical_history"], lambda value, name=name: name in value) == pytest.approx(share, abs=0.002)
    assert _weight(shipped["medical_history"], lambda value: value == ()) == pytest.approx(entry["none"])


# -- what the entries mean


def test_a_normal_distribution_has_its_mean_and_spread(load: Load) -> None:
    samples = load()["height"]
    assert sum(value * weight for value, weight in samples if isinstance(value, int)) == pytest.approx(15, abs=0.05)
    assert _weight(samples, lambda value: 14 <= value <= 16) == pytest.approx(0.866, abs=0.03)


def test_a_lognormal_distribution_has_its_median_in_the_middle(load: Load) -> None:
    samples = load({"height": {"lognormal": {"median": 14, "spread": 0.1}, "source": "a survey"}})["height"]
    assert _weight(samples, lambda value: value < 14) < 0.5 < _weight(samples, lambda value: value <= 14)


def test_quantiles_are_straight_in_between(load: Load) -> None:
    samples = load({"height": {"quantiles": {0: 10, 0.8: 12, 1: 20}, "source": "a survey"}})["height"]
    assert _weight(samples, lambda value: value <= 12) == pytest.approx(0.8, abs=0.05)


def test_days_are_those_of_the_people_for_whom_it_ever_happened(load: Load) -> None:
    samples = load()["last_seen"]
    assert _weight(samples, lambda value: value == NEVER) == pytest.approx(0.6)
    assert _weight(samples, lambda value: value != NEVER and value <= 25) == pytest.approx(0.2, abs=0.02)


def test_one_illness_each_leaves_a_share_to_all_other_names(load: Load) -> None:
    samples = dict(load()["illness"])
    assert samples[("Cough",)] == pytest.approx(0.5)
    assert {name for (name,) in samples if name not in ("Cough", "Fever")} == {"Gout", "Rabies", "Plague"}
    assert sum(samples.values()) - samples[("Cough",)] - samples[("Fever",)] == pytest.approx(0.3)


# -- what is wrong is told

WRONG: Mapping[str, tuple[dict[str, Any], str]] = {
    "no mapping": ({"well": 0.9}, r"priors\.well: expected a mapping, found 0\.9"),
    "unknown attribute": ({"mood": {}}, r"priors\.mood: there is no such attribute"),
    "no source": ({"well": {"yes": 0.9}}, r"priors\.well\.source: expected the survey"),
    "foreign field": ({"well": {"yes": 0.9, "no": 0.1, "source": "s"}}, r"priors\.well\.no: does not belong here; expected yes, source"),
    "impossible": ({"well": {"yes": 0, "source": "s"}}, r"priors\.well\.yes: expected a share above 0 and below 1, found 0"),
    "a word for a share": ({"well": {"yes": "often", "source": "s"}}, r"priors\.well\.yes: .* found 'often'"),
    "no shares": ({"colour": {"source": "s"}}, r"priors\.colour\.shares: expected a mapping of shares"),
    "unknown value": (
        {"colour": {"shares": {"red": 0.5, "pink": 0.5}, "source": "s"}},
        r"priors\.colour\.shares\.pink: is unknown; expected red, blue",
    ),
    "a value left out": ({"colour": {"shares": {"red": 0.9}, "source": "s"}}, r"priors\.colour\.shares\.blue: is missing"),
    "too much together": (
        {"colour": {"shares": {"red": 0.5, "blue": 0.6}, "source": "s"}},
        r"priors\.colour\.shares: expected shares that add up to 1, found 1\.1",
    ),
    "no answers": ({"places": {"answers": [], "source": "s"}}, r"priors\.places\.answers: expected a list"),
    "an answer without share": (
        {"places": {"answers": [{"values": ["here"]}], "source": "s"}},
        r"priors\.places\.answers\.1: expected values, which is a list, and share",
    ),
    "an exclusive value beside another": (
        {"places": {"answers": [{"values": ["here", "nowhere"], "share": 0.5}], "source": "s"}},
        r"priors\.places\.answers\.1\.values: expected some of here, there, nowhere",
    ),
    "a value in no answer": (
        {"places": {"answers": [{"values": ["here"], "share": 0.5}, {"values": ["nowhere"], "share": 0.5}], "source": "s"}},
        r"priors\.places\.answers: none has there",
    ),
    "answers that are too few together": (
        {"places": {"answers": [{"values": ["here", "there"], "share": 0.2}, {"values": ["nowhere"], "share": 0.2}], "source": "s"}},
        r"priors\.places\.answers: expected shares that add up to 1, found 0\.4",
    ),
    "no distribution": ({"height": {"source": "s"}}, r"priors\.height\.normal: expected exactly one of normal, lognormal, quantiles"),
    "two distributions": (
        {"height": {"normal": {"mean": 1, "sd": 1}, "quantiles": {0: 1, 1: 2}, "source": "s"}},
        r"priors\.height\.normal and quantiles: expected exactly one",
    ),
    "a distribution that is a number": (
        {"height": {"normal": 15, "source": "s"}},
        r"priors\.height\.normal: expected a mapping of numbers",
    ),
    "a mean alone": ({"height": {"normal": {"mean": 15}, "source": "s"}}, r"priors\.height\.normal: expected mean and sd, two numbers"),
    "no spread": ({"height": {"normal": {"mean": 15, "sd": 0}, "source": "s"}}, r"priors\.height\.normal\.sd: expected a number above 0"),
    "a negative median": (
        {"height": {"lognormal": {"median": -1, "spread": 1}, "source": "s"}},
        r"priors\.height\.lognormal\.median: expected a number above 0",
    ),
    "a quantile in words": ({"height": {"quantiles": {0: "low", 1: 20}, "source": "s"}}, r"priors\.height\.quantiles: expected numbers"),
    "falling quantiles": (
        {"height": {"quantiles": {0: 12, 0.5: 11, 1: 20}, "source": "s"}},
        r"priors\.height\.quantiles: expected shares that rise from 0 to 1",
    ),
    "quantiles that stop early": ({"height": {"quantiles": {0: 12, 0.5: 13}, "source": "s"}}, r"priors\.height\.quantiles: .* from 0 to 1"),
    "never left out": ({"last_seen": {"quantiles": {0: 1, 1: 50}, "source": "s"}}, r"priors\.last_seen\.never: expected a share"),
    "no names": ({"illness": {"named": [], "source": "s"}}, r"priors\.illness\.named: expected a list of groups"),
    "a group that is a word": ({"illness": {"named": ["Cough"], "source": "s"}}, r"priors\.illness\.named\.1: expected a mapping"),
    "a group without source": ({"illness": {"named": [{"shares": {"Cough": 0.1}}], "source": "s"}}, r"priors\.illness\.named\.1\.source: "),
    "an unknown illness": (
        {"illness": {"named": [{"shares": {"Sneeze": 0.1}, "source": "s"}], "source": "s"}},
        r"priors\.illness\.named\.1\.shares\.Sneeze: is unknown; expected a name of words/<locale>/conditions\.yaml",
    ),
    "an illness twice": (
        {"illness": {"named": [{"shares": {"Cough": 0.1}, "source": "s"}, {"shares": {"Cough": 0.2}, "source": "s"}], "source": "s"}},
        r"priors\.illness\.named\.2\.shares\.Cough: stands in two groups",
    ),
    "nothing left to other illnesses": (
        {"illness": {"named": [{"shares": {"Cough": 0.5, "Fever": 0.5}, "source": "s"}], "source": "s"}},
        r"priors\.illness\.named: .* leave something to all others; found 2 with 1",
    ),
    "none where one is asked for": (
        {"illness": {"none": 0.1, "named": [{"shares": {"Cough": 0.5}, "source": "s"}], "source": "s"}},
        r"priors\.illness\.none: does not belong here",
    ),
    "none left out where all are asked for": (
        {"illnesses": {"named": [{"shares": {"Cough": 0.5}, "source": "s"}], "source": "s"}},
        r"priors\.illnesses\.none: expected a share",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_fault_names_the_field_and_what_is_expected(case: str, load: Load) -> None:
    changed, message = WRONG[case]
    with pytest.raises(WordsFault, match=r"lexicon/priors\.yaml: " + message):
        load(changed)


def test_an_attribute_without_an_entry_is_a_fault(tmp_path: Path) -> None:
    entries = {name: entry for name, entry in SOUND.items() if name != "height"}
    with pytest.raises(WordsFault, match=r"priors\.height: is missing; expected an entry for every attribute"):
        _written(tmp_path, yaml.safe_dump({"priors": entries}, sort_keys=False))


@pytest.mark.parametrize("text", ["version: 1", "priors: [age]", "priors:\n  well: {yes: 0.9}\n  well: {yes: 0.8}", ""])
def test_a_file_without_entries_is_a_fault(tmp_path: Path, text: str) -> None:
    with pytest.raises(WordsFault, match=r"lexicon/priors\.yaml: "):
        _written(tmp_path, text)


def test_a_missing_file_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(WordsFault, match=r"lexicon/priors\.yaml: "):
        load_priors(ATTRIBUTES, lambda _: NAMES, tmp_path)


def test_samples_are_as_many_as_fit_a_word_and_their_weights_add_up() -> None:
    with pytest.raises(ValueError, match="`age` has 65 samples; 64 is the most"):
        Priors({"age": tuple((number, 1 / 65) for number in range(65))})
    with pytest.raises(ValueError, match=r"the weights of `age` add up to 0\.5, not to 1"):
        Priors({"age": ((40, 0.5),)})
    with pytest.raises(ValueError, match="the weights of `age`"):
        Priors({"age": ((40, 1.5), (41, -0.5))})
