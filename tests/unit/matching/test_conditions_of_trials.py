"""From an illness to the trials about it: which includes which, and what a record says that is not its subject."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from itertools import islice, permutations
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.matching.conditions import ConditionIndex, Relation, Subject
from bot.screening.reading.conditions import Conditions
from bot.settings import PROJECT
from tests.conftest import NO_SHARED_DATA
from tests.shipped import shipped_library

SAME, BROADER, NARROWER = Relation.SAME, Relation.BROADER, Relation.NARROWER
REGISTRY = PROJECT.parent / "shared" / "data" / "registry"


@cache
def illnesses() -> Conditions:
    return shipped_library().words["en"].lexicon.conditions


def index(*subjects: Subject) -> ConditionIndex:
    """Trials "0", "1" and so on."""
    made = ConditionIndex(illnesses(), lambda word: int(word in ORDINARY))
    for number, subject in enumerate(subjects):
        made.put(str(number), subject)
    return made


ORDINARY = frozenset({"lung", "boston", "hello", "there", "trial", "house", "looking", "something", "history", "mother"})


def about(*conditions: str, **more: Any) -> Subject:
    return Subject(conditions, **more)


def relation(subject: Subject, *wanted: str, said: str = "") -> Relation | None:
    return index(subject).relations(wanted, said).get("0")


# -- which includes which


@pytest.mark.parametrize(
    ("trial", "person", "expected"),
    [
        ("Non-small Cell Lung Cancer", "Non Small Cell Lung Cancer", SAME),
        ("Lung Cancer", "Non Small Cell Lung Cancer", BROADER),
        ("Cancer", "Non Small Cell Lung Cancer", BROADER),
        ("Advanced Solid Tumors", "Non Small Cell Lung Cancer", BROADER),
        ("Small Cell Lung Cancer", "Lung Cancer", NARROWER),
        ("Small Cell Lung Cancer", "Cancer", NARROWER),
        ("Small Cell Lung Cancer", "Non Small Cell Lung Cancer", None),
        ("Breast Cancer", "Lung Cancer", None),
        ("Asthma", "Lung Cancer", None),
        ("Lung Diseases", "Asthma", BROADER),
        ("Solid Tumor", "Cancer", SAME),
        ("Diabetic Retinopathy", "Diabetes", NARROWER),
        ("Diabetes Mellitus", "Diabetic Retinopathy", BROADER),
    ],
)
def test_a_wider_trial_includes_the_person_and_a_narrower_one_has_to_be_asked(trial: str, person: str, expected: Relation | None) -> None:
    assert relation(about(trial), person) is expected


@pytest.mark.parametrize("person", ["Leukemia", "Diffuse Large B-Cell Lymphoma", "Multiple Myeloma", "Hematologic Malignancy"])
def test_solid_tumours_are_no_trial_for_cancer_of_the_blood(person: str) -> None:
    assert relation(about("Solid Tumors, Adult"), person) is None
    assert relation(about("Malignant Neoplasm"), person) is BROADER


@pytest.mark.parametrize(
    ("trial", "person", "expected"),
    [
        ("Gastrointestinal Neoplasms", "Colon Cancer", BROADER),
        ("Gastrointestinal Neoplasms", "Breast Cancer", None),
        ("Gynecologic Cancers", "Endometrial Cancer", BROADER),
        ("Gynecologic Cancers", "Cancer", NARROWER),
    ],
)
def test_cancers_of_a_part_of_the_body_are_those_of_its_organs(trial: str, person: str, expected: Relation | None) -> None:
    assert relation(about(trial), person) is expected


def test_who_names_a_part_of_the_body_is_asked_which_organ_it_is() -> None:
    trials = index(about("Gynecologic Cancer"), about("Ovarian Cancer"), about("Solid Tumors"), about("Leukemia"))
    assert trials.relations([], "gynaecological cancers") == {"0": SAME, "1": NARROWER, "2": BROADER}


def test_every_illness_is_included_by_each_wider_one_and_never_the_other_way_round() -> None:
    known = illnesses()
    numbers = {name: str(number) for number, name in enumerate(known.names)}
    trials = index(*map(about, known.names))
    for name, number in numbers.items():
        found = trials.relations([name])
        assert found[number] is SAME, name
        for wider in known.above(name):
            assert found[numbers[wider]] is BROADER, (name, wider)
            assert trials.relations([wider])[number] is NARROWER, (name, wider)


def test_of_an_illness_and_a_wider_name_of_it_that_were_both_wanted_the_narrower_counts() -> None:
    assert relation(about("Small Cell Lung Cancer"), "Lung Cancer", "Non Small Cell Lung Cancer") is None


def test_one_of_several_illnesses_that_a_person_has_is_enough() -> None:
    assert relation(about("Hypertension"), "Type 2 Diabetes", "Hypertension") is SAME


# -- what a record says


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("Carcinoma, Non-Small-Cell Lung", "Non Small Cell Lung Cancer"),
        ("Lymphoma, Large B-Cell, Diffuse", "Diffuse Large B-Cell Lymphoma"),
        ("Hypertension, Pulmonary", "Pulmonary Hypertension"),
        ("Mesotheliomas", "Mesothelioma"),
        ("Colonic Neoplasms", "Colon Cancer"),
        ("Leukemia, Lymphocytic, Chronic, B-Cell", "Chronic Lymphocytic Leukemia"),
        ("Diabetes Mellitus, Type 2", "Type 2 Diabetes"),
        ("ALL", "Acute Lymphoblastic Leukemia"),
        ("Stage IIIA Breast Cancer AJCC v8", "Breast Cancer"),
        ("High Blood Pressure", "Hypertension"),
        ("Haemorrhoids", "Hemorrhoids"),
    ],
)
def test_registry_names_and_lay_names_are_read_alike(name: str, person: str) -> None:
    assert relation(about(name), person) is SAME


def test_a_name_turned_round_at_its_comma_names_nothing_else() -> None:
    assert relation(about("Hypertension, Pulmonary"), "Hypertension") is None


def test_a_wider_name_beside_a_narrower_one_does_not_open_the_trial_to_others() -> None:
    trial = about("Lung Cancer", "Small Cell Lung Cancer", terms=(("D055752", "Small Cell Lung Carcinoma"), ("D008175", "Lung Neoplasms")))
    assert relation(trial, "Non Small Cell Lung Cancer") is None
    assert relation(trial, "Lung Cancer") is NARROWER


def test_a_wider_name_that_comes_with_several_kinds_is_the_subject_too() -> None:
    basket = about("Cancer", "Non Small Cell Lung Cancer", "Colorectal Cancer")
    assert relation(basket, "Breast Cancer") is BROADER
    assert relation(about("Cancer", "Colon Cancer", "Rectal Cancer"), "Breast Cancer") is None
    assert relation(about("Solid Tumor", "Pancreatic Cancer"), "Breast Cancer") is BROADER


def test_metastases_open_a_trial_to_no_other_cancer_than_the_named_one() -> None:
    assert relation(about("Breast Cancer", "Brain Metastases"), "Melanoma") is None
    assert relation(about("Brain Metastases"), "Melanoma") is BROADER
    assert relation(about("Brain Metastases"), "Leukemia") is None


def test_a_wider_term_that_the_registry_derived_is_not() -> None:
    trial = about("Hodgkin Lymphoma", "Burkitt Lymphoma", terms=(("D008223", "Lymphoma"),))
    assert relation(trial, "Mantle Cell Lymphoma") is None


def test_a_title_tells_which_kind_of_a_wide_condition_is_meant() -> None:
    trial = about("Lung Cancer", title="Topotecan in Small Cell Lung Cancer")
    assert relation(trial, "Small Cell Lung Cancer") is SAME
    assert relation(trial, "Lung Cancer") is NARROWER
    assert relation(trial, "Non Small Cell Lung Cancer") is None


def test_a_title_names_the_subject_only_where_nothing_else_does() -> None:
    assert relation(about("Stroke", title="Statins for stroke in diabetes"), "Diabetes") is None
    assert relation(Subject(title="Statins in diabetes"), "Diabetes") is SAME
    assert relation(about("Blood Flow", title="Statins in diabetes"), "Diabetes") is SAME


@pytest.mark.parametrize(
    ("title", "person", "expected"),
    [
        ("Exercise in patients without diabetes", "Diabetes", None),
        ("Exercise in obese adults without known diabetes", "Diabetes", None),
        ("Exercise in obese adults without known diabetes", "Obesity", SAME),
        ("Treatment without surgery for appendicitis", "Appendicitis", SAME),
        ("Apixaban to prevent stroke in atrial fibrillation", "Stroke", None),
        ("Apixaban to prevent stroke in atrial fibrillation", "Atrial Fibrillation", SAME),
        ("Risk factors for stroke, heart failure and gout in atrial fibrillation", "Heart Failure", None),
        ("Risk factors for stroke, heart failure and gout in atrial fibrillation", "Gout", None),
        ("Risk factors for stroke, heart failure and gout in atrial fibrillation", "Atrial Fibrillation", SAME),
        ("Stroke risk in hypertensive patients", "Stroke", None),
        ("Stroke risk in hypertensive patients", "Hypertension", SAME),
        ("Prevention of postpartum hemorrhage", "Postpartum Hemorrhage", SAME),
        ("Depression during COVID times", "COVID-19", None),
    ],
)
def test_a_title_also_names_illnesses_that_nobody_in_the_trial_has(title: str, person: str, expected: Relation | None) -> None:
    assert relation(Subject(title=title), person) is expected


def test_a_trial_in_healthy_volunteers_is_theirs_whatever_illness_the_drug_is_for() -> None:
    trial = about("Type 2 Diabetes", title="Absorption of a new insulin in healthy volunteers")
    assert relation(trial, "Healthy Volunteers") is SAME
    assert relation(trial, "Type 2 Diabetes") is NARROWER


def test_a_trial_in_healthy_volunteers_and_patients_is_for_both() -> None:
    trial = about("Type 2 Diabetes", title="A new insulin in healthy volunteers and patients with type 2 diabetes")
    assert relation(trial, "Healthy Volunteers") is SAME
    assert relation(trial, "Type 2 Diabetes") is SAME


def test_a_keyword_is_no_other_illness_beside_a_condition() -> None:
    trial = about("Breast Cancer", keywords=("hypertension", "quality of life"), terms=(("D006973", "Hypertension"),))
    assert relation(trial, "Hypertension") is None
    assert relation(Subject(keywords=("hypertension",)), "Hypertension") is SAME


def test_a_trial_about_nothing_that_is_named_is_found_by_nobody() -> None:
    trials = index(Subject(), Subject(title="The Framingham Food Study"), about("", "…"))
    assert not trials.relations(["Cancer", "Hypertension"], "cancer")
    assert len(trials) == 3


# -- the thesaurus, as far as records show it


PANCREAS = ("D010190", "Pancreatic Neoplasms")
GUT = ("D004067", "Digestive System Neoplasms")
LUNG = ("D008175", "Lung Neoplasms")
CHEST = ("D013899", "Thoracic Neoplasms")


def test_what_stands_above_a_lone_term_is_wider() -> None:
    trials = index(about("Pancreatic Cancer", terms=(PANCREAS,), ancestors=(GUT,)), about(GUT[1], terms=(GUT,)))
    assert trials.relations(["Pancreatic Cancer"]) == {"0": SAME, "1": BROADER}
    assert trials.relations([], "digestive system neoplasm") == {"0": NARROWER, "1": SAME}


def test_what_stands_above_several_terms_is_above_none_for_certain() -> None:
    both = about("Pancreatic Cancer", "Lung Cancer", terms=(PANCREAS, LUNG), ancestors=(GUT, CHEST))
    trials = index(both, about(GUT[1], terms=(GUT,)))
    assert trials.relations(["Lung Cancer"]) == {"0": SAME}
    trials.put("2", about("Lung Cancer", terms=(LUNG,), ancestors=(CHEST,)))
    assert trials.relations(["Lung Cancer"]) == {"0": SAME, "2": SAME}
    trials.put("3", about("Pancreatic Cancer", terms=(PANCREAS,), ancestors=(GUT,)))
    assert trials.relations(["Pancreatic Cancer"]) == {"0": SAME, "1": BROADER, "3": SAME}


def test_a_cancer_is_no_disease_of_its_organ_and_nothing_benign_is_a_cancer() -> None:
    skin = ("D012871", "Skin Diseases")
    trials = index(
        about("Breast Cancer", terms=(("D001943", "Breast Neoplasms"),), ancestors=(skin, ("D009369", "Neoplasms"))),
        about("Uterine Fibroids", terms=(("D007889", "Leiomyoma"),), ancestors=(("D009369", "Neoplasms"),)),
        about("Skin Diseases", terms=(skin,)),
        about("Cancer", terms=(("D009369", "Neoplasms"),)),
    )
    assert trials.relations(["Breast Cancer"]) == {"0": SAME, "3": BROADER}
    assert trials.relations(["Uterine Fibroids"]) == {"1": SAME}
    assert trials.relations(["Skin Disease"]) == {"2": SAME}


def test_the_words_file_is_right_where_a_record_says_the_contrary() -> None:
    trials = index(
        about("Lung Cancer", terms=(LUNG,), ancestors=(("D055752", "Small Cell Lung Carcinoma"),)), about("Small Cell Lung Cancer")
    )
    assert trials.relations(["Lung Cancer"]) == {"0": SAME, "1": NARROWER}
    assert trials.relations(["Small Cell Lung Cancer"]) == {"0": BROADER, "1": SAME}


def subjects() -> Iterator[Subject]:
    yield about("Pancreatic Cancer", terms=(PANCREAS,), ancestors=(GUT,))
    yield about("Pancreatic Cancer", "Lung Cancer", terms=(PANCREAS, LUNG), ancestors=(GUT, CHEST))
    yield about("Fasciitis, Eosinophilic", keywords=("shulman disease",))
    yield about("Cancer", title="Pembrolizumab in lung cancer", terms=(LUNG,), ancestors=(CHEST,))


def test_trials_are_found_alike_in_whatever_order_they_came() -> None:
    given_ = dict(zip("abcd", subjects(), strict=True))
    found = set()
    for order in islice(permutations(given_), 10):
        trials = index()
        for name in order:
            trials.put(name, given_[name])
            trials.relations(["Cancer"])
        answers = [trials.relations([name]) for name in ("Pancreatic Cancer", "Lung Cancer", "Cancer")]
        found.add(tuple(tuple(sorted(answer.items())) for answer in (*answers, trials.relations([], "eosinophilic fasciitis"))))
    assert len(found) == 1


def test_a_trial_that_was_removed_or_replaced_is_not_found_any_more() -> None:
    trials = index(about("Gout"), about("Erythromelalgia"))
    trials.put("0", about("Asthma"))
    trials.remove("1")
    trials.remove("never known")
    assert trials.relations(["Gout"]) == {}
    assert trials.relations(["Asthma"]) == {"0": SAME}
    assert trials.relations([], "erythromelalgia") == {}
    assert trials.candidates("erythromelalgia") == ()


def test_a_trial_that_was_removed_is_not_found_by_its_keywords_either() -> None:
    trials = index(about("Gout", keywords=("Erythromelalgia", "---")), about("Asthma"))
    assert trials.relations([], "erythromelalgia") == {"0": NARROWER}
    trials.remove("0")
    assert trials.relations([], "erythromelalgia") == {}
    assert trials.relations(["Asthma"]) == {"1": SAME}


# -- illnesses that the words file does not know


@pytest.mark.parametrize(
    "said",
    [
        "eosinophilic fasciitis",
        "Fasciitis, eosinophilic",
        "EOSINOPHILIC FASCIITIS!",
        "my mother has eosinophilic fasciitis",
        "eosinofilic fasciitis",
        "eosinophillic fasciitis",
        "looking for something for eosinophilic fasciitis in Boston",
    ],
)
def test_an_unknown_illness_is_found_in_the_words_of_records(said: str) -> None:
    assert relation(about("Eosinophilic Fasciitis"), said=said) is SAME


@pytest.mark.parametrize("said", ["tangiers disease", "Tangier", "disease of Tangier", "Tangier's disease"])
def test_an_illness_may_go_without_its_general_word(said: str) -> None:
    assert relation(about("Tangier Disease"), said=said) is SAME


def test_british_spelling_and_words_run_together_are_the_same_name() -> None:
    assert relation(about("Sitosterolemia"), said="sitosterolaemia") is SAME
    assert relation(about("Hyperaldosteronism"), said="hyper aldosteronism") is SAME
    assert relation(about("Hyperaldosteronism"), said="looking for something for hyper aldosteronism in Boston") is SAME


def test_a_name_that_only_a_keyword_has_has_to_be_asked() -> None:
    assert relation(about("Fasciitis, Eosinophilic", keywords=("Shulman disease",)), said="shulman disease") is NARROWER


def test_where_words_may_mean_two_illnesses_both_are_offered_and_neither_counts() -> None:
    trials = index(about("Alkaptonuria"), about("Alkaptonurea"), about("Gaucherosis"), about("Gaucheronis"))
    assert set(trials.candidates("gaucheroris")) == {"Gaucherosis", "Gaucheronis"}
    assert trials.relations([], "gaucheroris") == {"2": NARROWER, "3": NARROWER}


def test_a_badly_misspelt_name_is_offered_and_has_to_be_asked() -> None:
    trials = index(about("Choroideremia"))
    assert trials.candidates("chorodermya") == ("Choroideremia",)
    assert trials.relations([], "chorodermya") == {"0": NARROWER}


def test_an_illness_is_no_slip_of_its_contrary() -> None:
    trials = index(about("Hypercortisolism"))
    assert trials.candidates("hypocortisolism") == ()
    assert trials.relations([], "hypocortisolism") == {}


@pytest.mark.parametrize("said", ["", "?", "hello there", "lung", "house", "my history", "looking for a trial in Boston", "qwertyuiop"])
def test_words_that_name_no_illness_find_nothing(said: str) -> None:
    trials = index(about("Lung Diseases"), about("Tangier Disease"), about("Eosinophilic Fasciitis"), about("Mouse Bite"))
    assert trials.relations([], said) == {}
    assert trials.candidates(said) == ()


def test_everyday_words_of_a_record_name_no_illness_inside_a_message() -> None:
    trials = index(about("Lung House"), about("Gout", keywords=("eosinophilic trial",)), Subject(terms=(("D1", "Lung History"),)))
    assert trials.relations([], "my mother and her lung house in Boston") == {}
    assert trials.relations([], "lung house") == {"0": SAME}
    assert trials.relations([], "looking for an eosinophilic trial") == {}
    assert trials.relations([], "an eosinophilic trial") == {"1": NARROWER}
    assert trials.relations([], "my mother has a lung history") == {"2": SAME}


def test_an_illness_inside_the_words_does_not_add_to_what_is_wanted() -> None:
    trials = index(about("Erythromelalgia"), about("Gout"))
    assert trials.relations(["Gout"], "gout, and my sister has erythromelalgia") == {"1": SAME}
    assert trials.relations(["Gout"], "erythromelalgia") == {"0": SAME, "1": SAME}


@given(st.text(max_size=80))
@settings(deadline=None, max_examples=30)
def test_whatever_is_said_is_answered(said: str) -> None:
    trials = _few()
    found = trials.relations([], said)
    assert set(found) <= {"0", "1", "2", "3"}
    assert bool(found) <= bool(trials.candidates(said))


@cache
def _few() -> ConditionIndex:
    return index(*subjects())


# -- real records


@pytest.fixture(scope="module")
def records() -> ConditionIndex:
    if not REGISTRY.is_dir():
        pytest.skip(NO_SHARED_DATA)
    made = ConditionIndex(illnesses())
    for path in sorted(REGISTRY.glob("*.json")):
        study = json.loads(path.read_text("utf-8"))
        protocol, browse = study["protocolSection"], study["derivedSection"].get("conditionBrowseModule", {})
        said = protocol["conditionsModule"]
        made.put(
            path.stem,
            Subject(
                conditions=tuple(said["conditions"]),
                keywords=tuple(said.get("keywords", ())),
                terms=tuple((one["id"], one["term"]) for one in browse.get("meshes", ())),
                ancestors=tuple((one["id"], one["term"]) for one in browse.get("ancestors", ())),
                title=protocol["identificationModule"]["briefTitle"],
            ),
        )
    return made


def test_real_records_are_found_by_the_illnesses_they_are_about(records: ConditionIndex) -> None:
    assert records.relations(["Small Cell Lung Cancer"]) == {"NCT05786924": BROADER, "NCT06385925": BROADER}
    assert records.relations(["Acute Myeloid Leukemia"]) == {}
    assert records.relations(["Atopic Dermatitis"]) == {"NCT02210780": SAME}
    assert records.relations(["Eczema"]) == {"NCT02210780": NARROWER}
    assert records.relations(["Dental Caries"]) == {"NCT00973089": SAME}
    assert records.relations(["Pancreatic Adenocarcinoma"])["NCT05052671"] is BROADER
    assert records.relations(["Pancreatic Cancer"])["NCT06411691"] is NARROWER
    assert records.relations([], "abdominoplasty") == {"NCT04207047": SAME}


def test_words_of_trials_name_illnesses_that_the_words_file_has() -> None:
    data = yaml.safe_load((PROJECT / "words" / "en" / "conditions.yaml").read_text("utf-8"))
    names, of_trials = {entry["name"] for entry in data["conditions"]}, data["of_trials"]
    below = of_trials["also_below"]
    parts = of_trials["leading_in_part"]
    used = {*of_trials["names"], *below, *(wider for all_ in below.values() for wider in all_)}
    used |= {name for part in parts.values() for name in (*part.get("kinds", ()), *part.get("kinds_left_out", ()))}
    assert used <= names
    assert not names & parts.keys()
