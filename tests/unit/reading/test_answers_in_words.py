"""What people write, read against the open question: a value, not sure, rather not say, or asked again."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.screening.prompts import Prompt, Waiting
from bot.screening.reading import Reader
from bot.screening.readings import ReadAnswer, ReadCommand, ReadDecline, Reading, ReadNothing, ReadUnclear, ReadUnsure
from tests.shipped import shipped_library

LIBRARY = shipped_library()
TODAY = datetime.date(2026, 11, 23)


def read(attribute: str, text: str) -> Reading:
    reader: Reader = LIBRARY.in_locale("en").reader
    return reader.read(text, Prompt(waiting=Waiting.QUESTION, attribute=attribute), {attribute}, TODAY)


@pytest.mark.parametrize(
    ("attribute", "text", "value"),
    [
        ("age", "58", 58),
        ("age", "I'm 58", 58),
        ("age", "fifty-eight years old", 58),
        ("age", "I turned one hundred and two", 102),
        ("age", "58 :)", 58),
        ("cancer_stage", "4", "IV"),
        ("cancer_stage", "stage4", "IV"),
        ("driver_mutations", "ros1", ("ros1",)),
        ("cancer_stage", "Stage IIIB", "III"),
        ("cancer_stage", "they said stage four", "IV"),
        ("metastasis_count", "three", 3),
        ("metastasis_count", "none", 0),
        ("metastasis_count", "just one spot", 1),
        ("metastasis_sites", "brain and a spot on the hip bone", ("brain", "bone")),
        ("metastasis_sites", "liver but not brain", ("liver",)),
        ("metastasis_sites", "the other lung", ("other_lung",)),
        ("driver_mutations", "ALK and ROS1", ("alk", "ros1")),
        ("driver_mutations", "nothing was found", ("none",)),
        ("driver_mutations", "I haven't been tested", ("not_tested",)),
        ("prior_radiotherapy", "no, never had it", False),
        ("prior_radiotherapy", "I have never had radiation", False),
        ("prior_radiotherapy", "yep", True),
        ("pregnant_or_breastfeeding", "not pregnant", False),
        ("pulmonary_fibrosis", "I have never had lung fibrosis", False),
        ("last_trial_drug", "never", "never"),
        ("last_trial_drug", "no", "never"),
        ("last_trial_drug", "three weeks ago", 21),
        ("last_trial_drug", "2 months back", 60),
        ("last_trial_drug", "a year ago", 365),
        ("last_trial_drug", "yesterday", 1),
        ("last_trial_drug", "2026-11-01", 22),
        ("last_trial_drug", "12 November", 11),
        ("performance_status", "I can do light work", "1"),
        ("performance_status", "in bed most of the day", "3"),
        ("performance_status", "ECOG 2", "2"),
        ("other_cancer", "no", "none"),
        ("condition", "lung cancer, the non-small cell one", ("Non Small Cell Lung Cancer",)),
        ("condition", "NSCLC", ("Non Small Cell Lung Cancer",)),
        ("condition", "my mother has breast cancer", ("Breast Cancer",)),
        ("sex", "woman", "female"),
        ("consent", "sure, go ahead", True),
        ("consent", "no problem", True),
        ("willing_contraception", "no objection", True),
        ("willing_contraception", "I wouldn't mind", True),
        ("willing_to_attend", "no way I would miss them", True),
        ("cancer_stage", "it is 4", "IV"),
        ("pulmonary_fibrosis", "I have no scarring", False),
        ("prior_radiotherapy", "there was no radiation", False),
        ("consent", "I have no objection", True),
        ("age", "58yrs", 58),
        ("pregnant_or_breastfeeding", "stopped breastfeeding last month", False),
        ("other_cancer", "nothing else", "none"),
        ("prior_systemic_therapy", "I've had nothing", "none"),
        ("driver_mutations", "not alk or ros1", ("none",)),
        ("driver_mutations", "EGFR negative", ("none",)),
        ("driver_mutations", "tested for EGFR, waiting", ("not_tested",)),
        ("last_trial_drug", "26/10/2025", 393),
        ("age", "my son is 34, I'm 61", 61),
        ("metastasis_count", "one in the liver and one in the hip", 2),
        ("other_cancer", "bladder cancer treated 3 years ago but came back", "active_or_recent"),
    ],
)
def test_a_clear_answer_is_taken(attribute: str, text: str, value: object) -> None:
    reading = read(attribute, text)
    assert isinstance(reading, ReadAnswer)
    assert reading.value == value


@pytest.mark.parametrize(
    ("attribute", "text"),
    [
        ("age", "over 60"),
        ("age", "58 or 59"),
        ("age", "200"),
        ("age", "-5"),
        ("age", "old enough"),
        ("age", "am I eligible for NCT001"),
        ("age", "6o"),
        ("age", "I was born in 61"),
        ("age", "60 kg"),
        ("age", "not 70 yet"),
        ("metastasis_count", "5 mm"),
        ("willing_to_attend", "I have no car"),
        ("prior_radiotherapy", "for my breast cancer years ago, not this one"),
        ("age", "almost 18"),
        ("age", "18 in june"),
        ("age", "early 60s"),
        ("metastasis_count", "brain and one on the adrenal"),
        ("metastasis_count", "0.5"),
        ("last_trial_drug", "early november"),
        ("last_trial_drug", "long ago"),
        ("diagnosis_confirmed", "yes but it came back unclear"),
        ("prior_radiotherapy", "yes but for prostate cancer years ago"),
        ("willing_to_attend", "no I can't drive but my son will bring me"),
        ("prior_systemic_therapy", "no chemo but immunotherapy yes"),
        ("prior_systemic_therapy", "chemo after surgery and now keytruda"),
        ("sex", "trans man"),
        ("condition", "I dont have cancer"),
        ("age", "sorry I meant stage 3"),
        ("cancer_stage", "stage 3b or 4"),
        ("last_trial_drug", "last month"),
        ("metastasis_count", "a few"),
        ("metastasis_count", "3 or 4"),
        ("metastasis_count", "3-4"),
        ("cancer_stage", "between 3 and 4, stage 3 or stage 4"),
        ("last_trial_drug", "a while ago"),
        ("last_trial_drug", "2030-01-01"),
        ("fluid_buildup", "back pain"),
        ("fluid_buildup", "yes and no"),
        ("willing_to_attend", "is there no risk?"),
        ("consent", "I am 58 and have stage 4 lung cancer"),
        ("condition", "blah blah"),
        ("sex", "yes"),
        ("age", "/restart"),
        ("age", '/nosuch{"value":"8"}'),
    ],
)
def test_what_could_mean_two_things_is_asked_again(attribute: str, text: str) -> None:
    assert isinstance(read(attribute, text), ReadUnclear)


@pytest.mark.parametrize("attribute", ["age", "prior_radiotherapy", "cancer_stage", "metastasis_sites", "last_trial_drug", "condition"])
@pytest.mark.parametrize("text", ["I don't know", "not sure", "no idea", "?", "I'm not sure", "dunno", "I can't remember", "idk"])
def test_not_knowing_is_never_an_answer(attribute: str, text: str) -> None:
    assert isinstance(read(attribute, text), ReadUnsure)


@pytest.mark.parametrize("attribute", ["age", "prior_radiotherapy", "cancer_stage", "metastasis_sites", "last_trial_drug", "condition"])
@pytest.mark.parametrize("text", ["I'd rather not say", "prefer not to say", "that's private", "none of your business"])
def test_declining_is_never_an_answer(attribute: str, text: str) -> None:
    assert isinstance(read(attribute, text), ReadDecline)


@pytest.mark.parametrize("text", ["im scared", "this is too much for me"])
@pytest.mark.parametrize("attribute", ["prior_radiotherapy", "age", "cancer_stage"])
def test_a_feeling_is_heard_as_one(attribute: str, text: str) -> None:
    reading = read(attribute, text)
    assert isinstance(reading, ReadCommand)
    assert reading.command == "feeling"


@pytest.mark.parametrize("text", ["", "   ", "\x00\x01", "\u200b\u2060"])
def test_nothing_is_nothing(text: str) -> None:
    assert isinstance(read("age", text), ReadNothing)


@pytest.mark.parametrize("text", ["not that I know of", "I don't think so"])
def test_a_doubtful_no_is_marked_as_such(text: str) -> None:
    reading = read("fluid_buildup", text)
    assert isinstance(reading, ReadAnswer)
    assert (reading.value, reading.hedged) == (False, True)


def test_a_new_value_for_an_earlier_answer_is_read_for_that_answer() -> None:
    reading = read("metastasis_count", "please change my age to 58")
    assert isinstance(reading, ReadCommand)
    assert (reading.attribute, reading.value) == ("age", 58)


@pytest.mark.parametrize("name", [name for name in LIBRARY.attributes if LIBRARY.attributes[name].group != "measurement"])
def test_typing_the_title_of_a_quick_reply_means_the_same_as_tapping_it(name: str) -> None:
    attribute = LIBRARY.attributes[name]
    words = LIBRARY.in_locale("en")
    values = {"yes": True, "no": False} if attribute.answer_type == "yes_no" else {value: value for value in attribute.values}
    for key, value in values.items():
        title = words.option_title(name, value)
        typed, tapped = read(name, title), read(name, f"#{name}={key}")
        assert isinstance(typed, ReadAnswer), title
        assert isinstance(tapped, ReadAnswer)
        assert typed.value == tapped.value
    for key in ("unsure", "decline"):
        typed, tapped = read(name, words.button(key)), read(name, f"#{name}={key}")
        assert type(typed) is type(tapped)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([n for n in LIBRARY.attributes if LIBRARY.attributes[n].group != "measurement"]), st.text(max_size=80))
def test_no_text_breaks_the_reader_and_every_value_fits_its_attribute(name: str, text: str) -> None:
    reading = read(name, text)
    if isinstance(reading, ReadAnswer):
        assert LIBRARY.attributes[reading.attribute].accepts(reading.value)


@settings(deadline=None)
@given(st.integers(1, 110))
def test_an_age_in_figures_is_that_age(age: int) -> None:
    reading = read("age", f"I am {age} years old")
    assert isinstance(reading, ReadAnswer)
    assert reading.value == age


@pytest.mark.parametrize(
    ("attribute", "text", "value"),
    [
        ("systolic_bp", "124, though it was 190 as a student", 124),
        ("platelet_count", "244. My brother had 90 once", 244),
        ("anc", "2.1, it was down at 0.3 in May", 2.1),
        ("age", "77, I have buried two dogs", 77),
        ("age", "74, unless I miscounted: the chart has 74", 74),
        ("metastasis_count", "six, counting took the doctor a while", 6),
        ("last_trial_drug", "three weeks ago, I still have the calendar", 21),
        ("last_trial_drug", "never, but glad to hear of it", "never"),
        ("gfr", "fell to 41 in May, back up to 55 now", 55),
        ("hemoglobin", "on admission 8.8, 10.9 yesterday", 10.9),
    ],
)
def test_the_value_that_stands_first_or_holds_now_is_the_answer(attribute: str, text: str, value: object) -> None:
    reading = read(attribute, text)
    assert isinstance(reading, ReadAnswer), text
    assert reading.value == value


@pytest.mark.parametrize(
    ("attribute", "text"),
    [
        ("systolic_bp", "130, 150 standing up"),
        ("metastasis_count", "Three in my liver, and then there's another in the spine"),
        ("platelet_count", "in spring they were down at 81, in autumn it said 160"),
        ("triglycerides", "not that one, the other one maybe"),
        ("alt", "four times what is normal"),
        ("age", "60, no, 61"),
        ("last_trial_drug", "never, but I had a dose two weeks ago"),
        ("condition", "a cancer of some sort that has a long name"),
    ],
)
def test_two_values_of_one_time_and_what_counts_something_else_are_asked_again(attribute: str, text: str) -> None:
    assert not isinstance(read(attribute, text), ReadAnswer), text


@pytest.mark.parametrize("waiting", Waiting)
@pytest.mark.parametrize(
    "text", ["I'm 61, stage 4 lung cancer, 3 spots in the liver", "a camera test, that was years ago", "82 before, 71 now"]
)
def test_facts_are_heard_whatever_is_waited_for(waiting: Waiting, text: str) -> None:
    reader: Reader = LIBRARY.in_locale("en").reader
    asks = "age" if waiting in (Waiting.QUESTION, Waiting.CONFIRM) else None
    assert reader.hear(text, Prompt(waiting=waiting, attribute=asks), frozenset(LIBRARY.attributes), TODAY).reading


def test_what_is_told_as_an_older_cancer_is_not_the_one_that_is_sought() -> None:
    reading = read("condition", "I had prostate cancer in 2009, cured. These days I have lung cancer.")
    assert isinstance(reading, ReadAnswer)
    assert reading.value == ("Lung Cancer",)


def test_cancer_alone_is_taken_where_nothing_else_is_said() -> None:
    reading = read("condition", "cancer")
    assert isinstance(reading, ReadAnswer)
    assert reading.value == ("Cancer",)


@pytest.mark.parametrize(
    ("text", "attribute", "value"),
    [
        ("On the fibrosis question I clicked yes by mistake, it's no.", "pulmonary_fibrosis", False),
        ("The haemoglobin was wrong: I wrote 19.1, it's 11.9", "hemoglobin", 11.9),
    ],
)
def test_what_was_clicked_or_written_before_is_not_the_new_value(text: str, attribute: str, value: object) -> None:
    reader: Reader = LIBRARY.in_locale("en").reader
    prompt = Prompt(waiting=Waiting.QUESTION, attribute="willing_to_attend")
    reading = reader.read(text, prompt, {"willing_to_attend", attribute}, TODAY)
    assert isinstance(reading, ReadCommand)
    assert (reading.attribute, reading.value) == (attribute, value)


@pytest.mark.parametrize("text", ["no doctor has ever seen fibrosis there", "no one ever found any scarring"])
def test_what_nobody_found_is_not_there(text: str) -> None:
    reading = read("pulmonary_fibrosis", text)
    assert isinstance(reading, ReadAnswer)
    assert reading.value is False
