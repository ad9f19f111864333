"""Every attribute, option, placeholder, topic and button has the words it needs."""

from __future__ import annotations

import re
import string
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.yaml_files import read_yaml
from tests.words.texts import ABOUT_FILE, ROOT, WORDS, texts_in

FileOf = Callable[[str], dict[str, Any]]
Lexicon = dict[str, dict[str, Any]]

TOPICS = {
    "summary",
    "phase",
    "purpose",
    "interventions",
    "arms",
    "randomization",
    "blinding",
    "enrollment",
    "ages",
    "sex",
    "sponsor",
    "locations",
    "contacts",
    "how_to_participate",
    "eligibility",
    "not_a_fit",
    "benefit",
    "evidence",
    "risks",
    "cost",
    "duration",
    "status",
    "registry_id",
    "last_reviewed",
    "privacy",
    "about_trials",
    "about_bot",
}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_attribute_has_words(words: FileOf, lexicon: Lexicon, understood: Lexicon) -> None:
    assert list(words("attributes")["attributes"]) == list(lexicon), "attributes.yaml and the lexicon differ"
    assert set(understood) == set(lexicon), "understood/ and the lexicon differ"


def test_every_attribute_has_a_name(words: FileOf, understood: Lexicon) -> None:
    for name, entry in words("attributes")["attributes"].items():
        assert entry["name"].strip(), f"{name} has no name"
        assert understood[name]["names"], f"{name} cannot be named"


def test_every_attribute_that_is_asked_has_a_question_a_reason_and_help(words: FileOf, lexicon: Lexicon) -> None:
    for name, entry in words("attributes")["attributes"].items():
        if not lexicon[name].get("asked", True):
            continue
        for part in ("question", "why", "help"):
            assert str(entry[part]).strip(), f"{name} has no {part}"
        wordings = [entry["question"], *entry["question_again"]]
        assert len(set(wordings)) == 3, f"{name} is not asked in three ways"


def test_what_nobody_is_asked_has_a_name_and_a_restatement_alone(words: FileOf, lexicon: Lexicon) -> None:
    texts = words("attributes")["attributes"]
    never = {name for name, entry in lexicon.items() if not entry.get("asked", True)}
    assert "life_expectancy" in never
    for name in never:
        assert set(texts[name]) == {"name", "said", "for_other"}, name
        assert set(texts[name]["for_other"]) == {"name", "said"}, name


def test_every_option_has_a_title_and_words(words: FileOf, lexicon: Lexicon, understood: Lexicon) -> None:
    for name, entry in words("attributes")["attributes"].items():
        options = entry.get("options") or {}
        values = lexicon[name].get("values", [])
        if values:
            assert list(options) == values, f"{name}: options and values differ"
        for value, option in options.items():
            assert option["title"].strip(), f"{name}={value} has no title"
        # A bare yes and no belong to no attribute (reading.yaml).
        for value in values:
            read = understood[name]["options"][value]
            assert read.get("words") or read.get("whole"), f"{name}={value} has no words"


def test_nothing_is_understood_that_is_no_value(lexicon: Lexicon, understood: Lexicon) -> None:
    for name, entry in understood.items():
        kind = lexicon[name]["answer_type"]
        none = {"none"} if lexicon[name].get("complete") else set()
        allowed = {"yes_no": {"yes", "no"}, "time_since": {"never"}}.get(kind, {*lexicon[name].get("values", []), *none})
        assert set(map(str, entry.get("options") or {})) <= allowed, name


def test_a_number_says_how_its_unit_is_written(lexicon: Lexicon, understood: Lexicon) -> None:
    for name, entry in lexicon.items():
        if entry["answer_type"] == "number" and entry["group"] == "measurement" and entry.get("unit"):
            assert 1 in understood[name]["units"].values(), f"{name}: nothing is written for {entry['unit']}"


def test_units_are_shown_as_people_write_them(words: FileOf, lexicon: Lexicon) -> None:
    conversation = words("conversation")
    for name, entry in lexicon.items():
        unit = entry.get("unit", "")
        if not unit or f"unit_{unit}_many" in conversation["texts"]:
            continue
        shown = conversation["units"].get(unit, unit)
        assert shown != "Cel", name
        assert not re.search(r"\^|^/|m2", shown), f"{name}: {shown} is written for programs"
    assert set(conversation["units"]) <= {entry.get("unit") for entry in lexicon.values()}


def test_every_value_can_be_restated(words: FileOf, lexicon: Lexicon) -> None:
    for name, entry in words("attributes")["attributes"].items():
        said, kind = entry["said"], lexicon[name]["answer_type"]
        if isinstance(said, str):
            assert "{value}" in said, f"{name}: the restatement does not name the value"
            continue
        needed = {"yes", "no"} if kind == "yes_no" else set(lexicon[name].get("values", [])) or {"any"}
        assert "any" in said or needed <= set(said), f"{name}: some values have no restatement"


def test_no_title_means_two_things_in_one_question(words: FileOf) -> None:
    common = {words("conversation")["buttons"][key].casefold() for key in ("unsure", "decline", "why", "skip", "back", "stop")}
    for name, entry in words("attributes")["attributes"].items():
        own = {value: option["title"] for value, option in (entry.get("options") or {}).items()}
        for shown in (own, {**own, **(entry["for_other"].get("options") or {})}):
            titles = [title.casefold() for title in shown.values()]
            assert len(set(titles)) == len(titles), f"{name} has a title twice"
            assert not common & set(titles), f"{name} has the title of a command"


def test_no_word_means_two_options(words: FileOf, understood: Lexicon) -> None:
    for name, entry in words("attributes")["attributes"].items():
        meant: dict[str, str] = {}
        other = entry["for_other"].get("options") or {}
        for value, option in (entry.get("options") or {}).items():
            read = (understood[name].get("options") or {}).get(value) or {}
            titles = {option["title"].casefold(), str(other.get(value, option["title"])).casefold()}
            for word in {*titles, *(read.get("words") or ()), *(read.get("whole") or ()), *(read.get("says") or ())}:
                assert meant.setdefault(str(word), value) == value, f"{name}: {word!r} means {meant[str(word)]} and {value}"


def test_buttons_do_not_share_titles(words: FileOf) -> None:
    titles = [title.casefold() for title in words("conversation")["buttons"].values()]
    assert sorted(set(titles)) == sorted(titles)


def test_no_phrase_means_two_commands(words: FileOf) -> None:
    meant: dict[str, str] = {}
    for command, entry in words("reading")["commands"].items():
        for phrase in {*entry["words"], *entry["whole"]}:
            assert meant.setdefault(phrase, command) == command, f"{phrase!r} means {meant[phrase]} and {command}"


def test_no_phrase_is_both_yes_and_no_or_both_unsure_and_declined(words: FileOf) -> None:
    reading = words("reading")
    meant: dict[str, str] = {}
    for kind in ("yes", "no", "unsure", "decline"):
        for phrase in {*reading[kind]["words"], *reading[kind]["whole"]}:
            assert meant.setdefault(phrase, kind) == kind, f"{phrase!r} means {meant[phrase]} and {kind}"
    for phrase in reading["hedged_no"]:
        assert meant.setdefault(phrase, "hedged_no") == "hedged_no", f"{phrase!r} means {meant[phrase]} and hedged_no"


@pytest.mark.parametrize(
    "path",
    [WORDS / f"{name}.yaml" for name in ("reading", "conditions", "safety", "people")] + sorted((WORDS / "understood").glob("*.yaml")),
    ids=lambda path: path.stem,
)
def test_words_to_read_are_lower_case_strings(path: Path) -> None:
    def phrases(data: object) -> Iterator[object]:
        if isinstance(data, dict):
            for key, value in data.items():
                if key not in ("values", "title", "texts", "name", "broader", "narrow", "also_below", "kinds", "kinds_left_out"):
                    yield from phrases(value)
        # A list of numbers alone is a range ("a few" is 2 to 5), not words.
        elif isinstance(data, list) and not all(isinstance(item, int | float) for item in data):
            for item in data:
                yield from phrases(item) if isinstance(item, dict | list) else [item]

    for phrase in phrases({key: value for key, value in read_yaml(path).items() if key not in ABOUT_FILE}):
        assert isinstance(phrase, str), f"{phrase!r} is no string; quote it"
        assert phrase == phrase.lower(), f"{phrase!r} has a capital"
        assert phrase == phrase.strip(), f"{phrase!r} has space around it"


@pytest.mark.parametrize("path", sorted(WORDS.rglob("*.yaml")), ids=lambda path: path.stem)
def test_every_file_says_its_version_language_and_review(path: Path) -> None:
    data = read_yaml(path)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d\.\d+", data["version"])
    assert data["locale"] == "en"
    assert data["reviewed"]


@pytest.mark.parametrize("name", ["conversation", "answers"])
def test_every_placeholder_is_explained_above_its_text(name: str) -> None:
    unexplained = defaultdict(set)
    comment = ""
    fresh = True
    for line in (ROOT / "words" / "en" / f"{name}.yaml").read_text(encoding="utf-8").splitlines():
        stripped = line.strip()
        if stripped.startswith("#"):
            comment = stripped if fresh else f"{comment} {stripped}"
            fresh = False
            continue
        if not stripped:
            fresh = True
            continue
        # One comment can stand above a whole topic of answers.yaml, but above one text of conversation.yaml.
        for placeholder in placeholders(stripped) if '"' in stripped else ():
            if f"{{{placeholder}}}" not in comment and not (name == "answers" and placeholder in ("registry_url", "value")):
                unexplained[stripped[:60]].add(placeholder)
        if name == "conversation":
            fresh = True
    assert not unexplained


def test_attribute_texts_use_no_placeholder_but_the_value(words: FileOf) -> None:
    for name, entry in words("attributes")["attributes"].items():
        for part, text in texts_in({part: text for part, text in entry.items() if part not in ("said", "for_other", "options")}):
            assert not placeholders(text), f"{name}.{part}"
        said = entry["said"] if isinstance(entry["said"], dict) else {"any": entry["said"]}
        assert all(placeholders(text) <= {"value"} for text in said.values()), name


def test_every_topic_has_an_answer_with_its_source(words: FileOf) -> None:
    topics = words("answers")["topics"]
    assert set(topics) == TOPICS
    for topic, entry in topics.items():
        assert "text" in entry or "variants" in entry, topic
        assert entry["source"] is None or entry["absent"], topic


def test_every_topic_source_is_a_field_of_a_record(words: FileOf, trial_files: list[Path]) -> None:
    record = read_yaml(trial_files[0])
    for topic, entry in words("answers")["topics"].items():
        source = entry["source"]
        if source is None:
            continue
        here = record["words"]["en"] if source.startswith("words.") else record
        # A record may leave out the risks; the answer then says so.
        assert topic == "risks" or source.removeprefix("words.") in here, f"{topic}: the record has no {source}"


def test_conditions_are_named_once_and_know_what_is_broader(words: FileOf) -> None:
    conditions = words("conditions")["conditions"]
    names = [condition["name"] for condition in conditions]
    assert len(names) >= 60
    assert len(set(names)) == len(names)
    assert {condition["broader"] for condition in conditions if "broader" in condition} <= set(names)
    meant: dict[str, str] = {}
    for condition in conditions:
        for word in {condition["name"].lower(), *condition.get("synonyms", []), *condition.get("whole", [])}:
            assert meant.setdefault(word, condition["name"]) == condition["name"], f"{word!r} means {meant[word]} and {condition['name']}"


def test_every_trial_speaks_only_of_conditions_that_can_be_read(words: FileOf, trial_files: list[Path]) -> None:
    names = {condition["name"] for condition in words("conditions")["conditions"]}
    for path in trial_files:
        assert set(read_yaml(path)["conditions"]) <= names
