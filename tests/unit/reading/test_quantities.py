"""Measured values: units and what they come to, names, pairs, and several measurements in one message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.screening.reading.quantities import QuantityReader
from bot.screening.reading.text import Utterance
from tests.unit.reading.small_words import ATTRIBUTES, NUMBERS, SMALL, UNDERSTOOD, lexicon

QUANTITIES = QuantityReader(SMALL, NUMBERS)
POUND, STONE = 0.45359237, 6.35029318


def answer(attribute: str, text: str) -> float | None:
    return QUANTITIES.answer(ATTRIBUTES[attribute], Utterance(text))


def told(text: str) -> dict[str, list[float]]:
    """Every measurement that a message tells by itself."""
    measured = (attribute for attribute in ATTRIBUTES.values() if attribute.group == "measurement")
    found = {a.name: [value for value, _, _ in QUANTITIES.facts(a, Utterance(text))] for a in measured}
    return {name: values for name, values in found.items() if values}


@pytest.mark.parametrize(
    ("attribute", "text", "value"),
    [
        ("weight", "82", 82),
        ("weight", "82 kg", 82),
        ("weight", "82kg", 82),
        ("weight", "82.5 kilos", 82.5),
        ("weight", "82,5 kilos", 82.5),
        ("weight", "180 lb", 180 * POUND),
        ("weight", "180 pounds", 180 * POUND),
        ("weight", "eleven stone", 11 * STONE),
        ("weight", "11 stone 4", 11 * STONE + 4 * POUND),
        ("weight", "11 stone 4 lb", 11 * STONE + 4 * POUND),
        ("weight", "11 stone and 4 pounds", 11 * STONE + 4 * POUND),
        ("pigment", "13.5", 13.5),
        ("pigment", "13.5 g/dL", 13.5),
        ("pigment", "13.5 g / dl", 13.5),
        ("pigment", "135 g/l", 13.5),
        ("heat", "38 degrees", 38),
        ("heat", "100.4 F", 38),
    ],
)
def test_a_value_comes_in_the_unit_of_its_attribute(attribute: str, text: str, value: float) -> None:
    assert answer(attribute, text) == pytest.approx(value, abs=0.006)


def test_a_number_without_a_unit_is_taken_in_the_one_unit_in_which_it_is_likely() -> None:
    assert answer("pigment", "135") == 13.5
    assert answer("heat", "100.4") == pytest.approx(38, abs=0.006)


def test_a_number_that_is_likely_as_it_is_stays_as_it_is() -> None:
    assert answer("pigment", "19") == 19


def test_a_number_that_is_likely_in_two_other_units_stays_as_it_is() -> None:
    both = {**UNDERSTOOD, "heat": {"units": {"c": 1, "a": 0.5, "b": 0.45}}}
    assert QuantityReader(lexicon(understood=both), NUMBERS).answer(ATTRIBUTES["heat"], Utterance("80")) == 80


@pytest.mark.parametrize(
    ("attribute", "text"),
    [
        ("weight", ""),
        ("weight", "82 mm"),
        ("weight", "3 weeks"),
        ("weight", "82 g/dl"),
        ("weight", "over 80 kg"),
        ("weight", "80 kg at most"),
        ("weight", "80 or 85"),
        ("weight", "between 80 and 85 kg"),
        ("weight", "80 kg, 85 kg"),
        ("weight", "9000 kg"),
        ("weight", "heavy"),
        ("heat", "stage 38"),
    ],
)
def test_a_bound_a_range_two_values_and_another_unit_are_no_value(attribute: str, text: str) -> None:
    assert answer(attribute, text) is None


def test_of_several_values_the_one_that_counts_now_is_taken() -> None:
    assert answer("weight", "it was 90 kg, now 82 kg") == 82
    assert answer("weight", "90 kg in spring, latest 82 kg") == 82


def test_the_value_with_a_unit_outweighs_a_bare_number() -> None:
    assert answer("weight", "82 kg on 3 visits") == 82


def test_the_value_that_is_named_is_the_one_that_was_asked() -> None:
    text = "hb 11.2, weight 82"
    assert answer("weight", text) == 82
    assert answer("pigment", text) == 11.2


def test_two_in_one_are_taken_apart() -> None:
    for text in ("130/80", "130 over 80", "pressure 130/80 mmHg"):
        assert (answer("upper", text), answer("lower", text)) == (130, 80)


def test_two_in_one_are_whole_numbers_of_the_right_size() -> None:
    assert told("pressure was 130/80") == {"upper": [130], "lower": [80]}
    assert "upper" not in told("on 12/11 I went home")


def test_two_in_one_have_no_unit_of_anything_else() -> None:
    assert told("96/80 mmHg, before and after") == {"upper": [96], "lower": [80]}
    assert told("96/80 kg, before and after") == {"weight": [80]}


@pytest.mark.parametrize("text", ["80 over 130", "80/130", "130/80 or 120/70"])
def test_two_in_one_that_rise_or_disagree_are_none(text: str) -> None:
    assert answer("upper", text) is None
    assert told(text) == {}


def test_of_two_in_one_the_ones_that_count_now_are_taken() -> None:
    assert (answer("upper", "150/95, now 130/80"), answer("lower", "150/95, now 130/80")) == (130, 80)


def test_two_in_one_are_no_value_of_anything_else() -> None:
    assert answer("weight", "130/80") is None
    assert answer("weight", "pressure 130/80, and 82") == 82


@pytest.mark.parametrize("text", ["80-85 kg", "80 - 85 kg", "weight 80-85"])
def test_a_range_with_a_hyphen_is_no_value(text: str) -> None:
    assert answer("weight", text) is None
    assert told(text) == {}


def test_a_range_in_brackets_behind_a_value_is_the_norm() -> None:
    assert answer("pigment", "11.2 (12-16)") == 11.2
    assert told("hb 11.2 g/dl (12 - 16 g/dl)") == {"pigment": [11.2]}
    assert answer("pigment", "(12-16)") is None


def test_a_message_may_tell_several_measurements() -> None:
    assert told("I weigh 82 kg, hb was 11.2 and heat 37.5") == {"weight": [82], "pigment": [11.2], "heat": [37.5]}


def test_a_unit_may_say_by_itself_what_was_measured_and_others_do_not() -> None:
    assert told("82 kilos and well") == {"weight": [82]}
    assert told("180 pounds in my pocket") == {}


@pytest.mark.parametrize("text", ["82", "weight loss since 3 weeks", "my weight is over 80", "hb 900", "82 patients weigh in"])
def test_what_is_not_clearly_a_measurement_is_not_told(text: str) -> None:
    assert told(text) == {}


def test_the_name_may_stand_behind_its_number() -> None:
    assert told("11.2 g/dl hb") == {"pigment": [11.2]}


@pytest.mark.parametrize("unit", ["kg", "kilos", "lb", "pounds", "stone"])
@given(st.integers(40, 180))
def test_a_weight_in_any_unit_is_the_same_weight(unit: str, kilograms: int) -> None:
    factor = SMALL.words_of("weight").units[unit].factor
    assert answer("weight", f"{kilograms / factor:.4f} {unit}") == pytest.approx(kilograms, abs=0.02)


@given(st.integers(340, 420))
def test_an_offset_goes_there_and_back(tenths: int) -> None:
    celsius = tenths / 10
    assert answer("heat", f"{celsius * 1.8 + 32:.2f} F") == pytest.approx(celsius, abs=0.02)


@given(st.integers(5, 25), st.integers(0, 13))
def test_stones_and_pounds_are_the_sum_of_both(stones: int, pounds: int) -> None:
    assert answer("weight", f"{stones} stone {pounds}") == pytest.approx(stones * STONE + pounds * POUND, abs=0.01)


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader_and_every_value_is_possible(text: str) -> None:
    for attribute in ATTRIBUTES.values():
        if attribute.group == "measurement":
            value = answer(attribute.name, text)
            assert attribute.possible is not None
            assert value is None or attribute.possible[0] <= value <= attribute.possible[1]
