"""What a person taps, types or copies from a letter is read as the value that it means."""

from __future__ import annotations

import datetime
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.screening.prompts import Prompt, Waiting
from bot.screening.readings import ReadAnswer, ReadCommand, ReadDecline, Reading, ReadUnclear, ReadUnsure
from bot.words import Words
from bot.yaml_files import read_yaml
from tests.shipped import shipped_library

TODAY = datetime.date(2026, 11, 23)


@cache
def english() -> Words:
    return shipped_library().words["en"]


def read(attribute: str, text: str) -> Reading:
    prompt = Prompt(waiting=Waiting.QUESTION, attribute=attribute)
    return english().reader.read(text, prompt, set(english().attributes), TODAY)


def value(attribute: str, text: str) -> Any:
    """The value read, `unsure`, `decline`, the command, or None for unclear."""
    match read(attribute, text):
        case ReadAnswer(attribute=name, value=found) if name == attribute:
            return found
        case ReadUnsure():
            return "unsure"
        case ReadDecline():
            return "decline"
        case ReadCommand(command=command):
            return f"command {command}"
        case ReadUnclear():
            return None
        case other:
            return type(other).__name__


def titled_options() -> list[tuple[str, str, str]]:
    attributes = english().files["attributes"]["attributes"]
    return [(name, key, option["title"]) for name, entry in attributes.items() for key, option in (entry.get("options") or {}).items()]


def titles_for_other() -> list[tuple[str, str, str]]:
    """The titles that stand on the buttons where somebody asks for another person."""
    attributes = english().files["attributes"]["attributes"]
    return [
        (name, str(key), title) for name, entry in attributes.items() for key, title in (entry["for_other"].get("options") or {}).items()
    ]


def examples() -> list[tuple[str, str, float]]:
    """What the questions about numbers give as an example, and the number that it stands for, in the lexicon's unit."""
    found = []
    for name, entry in english().files["attributes"]["attributes"].items():
        for wording in (entry.get("question", ""), *entry.get("question_again", ())):
            if english().attributes[name].answer_type.value == "number" and (shown := re.search(r"such as (.+?)[.?](?: |$)", wording)):
                found += [(name, part.split(" in ")[0].split(", with")[0]) for part in re.split(r" or |\. ", shown[1])]
    return [(name, text, WORTH.get((name, text), float(re.findall(r"[\d.]+", text)[0]))) for name, text in dict.fromkeys(found)]


# Examples in another unit than the lexicon's.
WORTH = {
    ("weight", "158 pounds"): 71.67,
    ("hba1c", "55 mmol/mol"): 7.18,
    ("creatinine", "80 µmol/L"): 0.905,
    ("bilirubin", "14 µmol/L"): 0.819,
    ("triglycerides", "1.7 mmol/L"): 150.6,
    ("body_temperature", "98.2 °F"): 36.78,
    ("fasting_glucose", "6.1 mmol/L"): 109.9,
    ("ldl_cholesterol", "3.4 mmol/L"): 131.5,
    ("total_cholesterol", "5.2 mmol/L"): 201.1,
    ("hdl_cholesterol", "1.3 mmol/L"): 50.27,
    ("crp", "0.5 mg/dL"): 5,
    ("waist", "37 inches"): 93.98,
}


def expected(attribute: str, key: str) -> Any:
    match english().attributes[attribute].answer_type.value:
        case "yes_no":
            return key == "yes"
        case "choices":
            return (key,)
        case "text":
            return ()
        case _:
            return key


@pytest.mark.parametrize(("attribute", "key", "title"), titled_options())
def test_a_title_typed_means_the_same_as_tapped(attribute: str, key: str, title: str) -> None:
    assert value(attribute, title) == expected(attribute, key)
    assert value(attribute, f"  {title.lower()}. ") == expected(attribute, key)


@pytest.mark.parametrize(("attribute", "key", "title"), titles_for_other())
def test_a_title_about_somebody_else_typed_means_the_same_as_tapped(attribute: str, key: str, title: str) -> None:
    assert value(attribute, title) == expected(attribute, key)


@pytest.mark.parametrize(("attribute", "text", "number"), examples())
def test_the_example_in_a_question_is_read_as_it_stands(attribute: str, text: str, number: float) -> None:
    assert value(attribute, text) == pytest.approx(number, rel=0.006)  # rounded as labs do


@pytest.mark.parametrize(("attribute", "key", "title"), titled_options())
def test_the_canonical_value_typed_means_itself(attribute: str, key: str, title: str) -> None:
    assert value(attribute, key) == expected(attribute, key)
    assert value(attribute, key.replace("_", " ")) == expected(attribute, key)


@pytest.mark.parametrize("attribute", list(english().files["attributes"]["attributes"]))
@pytest.mark.parametrize(
    ("text", "meaning"), [("not sure", "unsure"), ("I don't know", "unsure"), ("I'd rather not say", "decline"), ("why?", "command why")]
)
def test_every_question_takes_not_sure_rather_not_and_why(attribute: str, text: str, meaning: str) -> None:
    assert value(attribute, text) == meaning


@pytest.mark.parametrize(
    ("attribute", "text", "meaning"),
    [
        ("age", "I'm 62", 62),
        ("age", "sixty-four years old", 64),
        ("cancer_stage", "IVb", "IV"),
        ("cancer_stage", "my doctor says stage four", "IV"),
        ("cancer_stage", "metastatic", "IV"),
        ("cancer_stage", "IIIA", "III"),
        ("condition", "nsclc", ("Non Small Cell Lung Cancer",)),
        ("condition", "Non-small-cell lung cancer, stage 4", ("Non Small Cell Lung Cancer",)),
        ("condition", "adenocarcinoma of the lung", ("Lung Adenocarcinoma",)),
        ("condition", "lung cancer, small cell", ("Small Cell Lung Cancer",)),
        ("condition", "lung cancer", ("Lung Cancer",)),
        ("diagnosis_confirmed", "they did a biopsy", True),
        ("diagnosis_confirmed", "no biopsy yet", False),
        ("metastasis_count", "just the one", 1),
        ("metastasis_count", "3 spots", 3),
        ("metastasis_sites", "my spine and the liver", ("bone", "liver")),
        ("metastasis_sites", "the opposite lung", ("other_lung",)),
        ("performance_status", "ECOG 1", "1"),
        ("performance_status", "bedridden", "4"),
        ("prior_systemic_therapy", "not yet", "none"),
        ("prior_systemic_therapy", "only chemo after my operation", "adjuvant_only"),
        ("prior_systemic_therapy", "I started chemo last week", "for_current_disease"),
        ("prior_radiotherapy", "not that I know of", False),
        ("driver_mutations", "EGFR positive", ("egfr",)),
        ("driver_mutations", "EGFR, ALK and ROS1 negative", ("none",)),
        ("driver_mutations", "No EGFR, ALK, or ROS1", ("none",)),
        ("driver_mutations", "no EGFR/ALK", ("none",)),
        ("driver_mutations", "EGFR negative, ALK positive", ("alk",)),
        ("driver_mutations", "not EGFR but ALK", ("alk",)),
        ("driver_mutations", "no EGFR, it's ALK", ("alk",)),
        ("driver_mutations", "not EGFR but ALK negative", ("none",)),
        ("driver_mutations", "still waiting for results", "unsure"),
        ("fluid_buildup", "no pleural effusion", False),
        ("fluid_buildup", "they drained it twice", True),
        ("other_cancer", "breast cancer 9 years ago", "treated_over_2_years_ago"),
        ("other_cancer", "basal cell on my nose", "low_risk"),
        ("other_cancer", "melanoma last year", "active_or_recent"),
        ("last_trial_drug", "3 weeks ago", 21),
        ("last_trial_drug", "never been in a trial", "never"),
        ("pregnant_or_breastfeeding", "not now", False),
        ("can_have_children", "I had a vasectomy", False),
        ("willing_contraception", "I use condoms", True),
        ("willing_to_attend", "too far away", False),
        ("last_trial_drug", "three weeks today", 21),
        ("metastasis_count", "three: two in the liver, one on the adrenal", 3),
        ("metastasis_count", "hasn't gone anywhere", 0),
        ("anc", "point nine, so they held off", 0.9),
        ("diastolic_bp", "150 upon 90 at the chemist", 90),
        ("gfr", "seventy two ml a minute", 72),
    ],
)
def test_everyday_answers_are_understood(attribute: str, text: str, meaning: Any) -> None:
    assert value(attribute, text) == meaning


SAYINGS = read_yaml(Path(__file__).with_name("sayings.yaml"))


@pytest.mark.parametrize(
    ("attribute", "meaning", "text"),
    [(name, meaning, text) for name, meant in SAYINGS.items() for meaning, texts in meant.items() for text in texts],
)
def test_a_saying_means_what_is_listed(attribute: str, meaning: str, text: str) -> None:
    reading = read(attribute, text)
    found = value(attribute, text)
    if isinstance(found, tuple):
        found = ",".join(found) or "none"
    partly = isinstance(reading, ReadAnswer) and reading.partly
    assert f"partly {found}" * partly or {True: "yes", False: "no", None: "unclear"}.get(found, found) == meaning, reading


def test_what_is_only_asked_has_sayings_and_is_told_by_none() -> None:
    """None of these is taken out of a story: what openings tell does not change with them."""
    understood = english().files["understood"]["attributes"]
    only_asked = {name for name, entry in understood.items() if entry.get("only_asked")}
    assert only_asked == set(SAYINGS)
    assert not {name for name in only_asked if understood[name].get("says")}
    assert not {name for name in only_asked for option in (understood[name].get("options") or {}).values() if option.get("says")}
    texts = [text for meant in SAYINGS.values() for texts in meant.values() for text in texts]
    told = {fact.attribute for text in texts for fact in english().reader.hear(text, None, set(), TODAY).facts}
    assert not told & only_asked


@pytest.mark.parametrize("attribute", sorted(SAYINGS))
@pytest.mark.parametrize("doubt", ["maybe", "I don't think so", "I'd rather not tell you", "my neighbour does", "who wants to know?"])
def test_nothing_is_made_of_an_answer_that_is_none(attribute: str, doubt: str) -> None:
    assert value(attribute, doubt) in (None, "unsure", "decline", "ReadElsewhere", False, ())
    reading = read(attribute, doubt)
    assert not isinstance(reading, ReadAnswer) or reading.hedged


@pytest.mark.parametrize(
    ("attribute", "text"),
    [
        # Each could be read as something that decides against the person, or for them, and says neither.
        ("prior_systemic_therapy", "I had chemo"),
        ("prior_systemic_therapy", "Keytruda"),
        ("metastasis_count", "a few"),
        ("metastasis_sites", "both lungs"),
        ("metastasis_sites", "left lung"),
        ("driver_mutations", "KRAS"),
        ("driver_mutations", "No EGFR, ALK"),
        ("driver_mutations", "EGFR negative, ALK"),
        ("driver_mutations", "not EGFR, ALK"),
        ("other_cancer", "skin cancer last year"),
        ("cancer_stage", "advanced"),
        ("last_trial_drug", "recently"),
        ("last_trial_drug", "more than a month ago"),
        ("last_trial_drug", "they check me every couple of years"),
        ("age", "86 or maybe 87"),
        ("bmi", "I am 1 metre 70 and 68 kilos"),
        # The no, and the day, belong to something else.
        ("diagnosis_confirmed", "Histology came in August. I've never had any chemo for it"),
        ("diagnosis_confirmed", "EBUS last tuesday"),
    ],
)
def test_what_can_mean_two_things_is_asked_again(attribute: str, text: str) -> None:
    assert value(attribute, text) is None


@pytest.mark.parametrize(
    ("attribute", "text"),
    [
        ("performance_status", "I am tired most of the time"),
        ("performance_status", "I need someone to help me wash"),
        ("metastasis_count", "chemo will start again in May"),
        ("other_cancer", "I quit smoking in 2010"),
        ("prior_radiotherapy", "I want to stop chemo"),
        ("willing_to_attend", "I have to go to the hospital every week anyway"),
    ],
)
def test_words_that_also_name_a_command_command_nothing_inside_a_sentence(attribute: str, text: str) -> None:
    assert not str(value(attribute, text)).startswith("command")
