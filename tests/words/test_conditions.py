"""Illnesses that people name are understood, by the narrowest name that is right, and nothing else is taken for one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import pytest

from bot.screening.reading import Lexicon
from bot.screening.reading.patterns import Surroundings
from bot.screening.reading.text import Utterance, tokens
from tests.shipped import shipped_library

FileOf = Callable[[str], dict[str, Any]]


@cache
def lexicon() -> Lexicon:
    return shipped_library().words["en"].lexicon


@pytest.fixture(scope="module")
def conditions(words: FileOf) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = words("conditions")["conditions"]
    return found


@pytest.fixture(scope="module")
def broader(conditions: list[dict[str, Any]]) -> dict[str, str]:
    return {condition["name"]: condition["broader"] for condition in conditions if "broader" in condition}


def chain(name: str, broader: Mapping[str, str]) -> list[str]:
    """The wider names, from the nearest on; ends where one comes back."""
    found: list[str] = []
    above = broader.get(name)
    while above and above not in found:
        found.append(above)
        above = broader.get(above)
    return found


def named(text: str) -> list[str]:
    """The illnesses named in a text, each once, without those that a narrower one there makes needless."""
    illnesses = lexicon().conditions
    whole = illnesses.whole(tokens(text))
    return [whole] if whole else list(illnesses.narrowest(found.name for found in illnesses.named(Surroundings(Utterance(text)))))


# -- the file


def test_names_are_unique(conditions: list[dict[str, Any]]) -> None:
    names = [tokens(condition["name"]) for condition in conditions]
    assert len(names) >= 450
    assert len(set(names)) == len(names)


def test_no_phrase_means_two_illnesses(conditions: list[dict[str, Any]]) -> None:
    # As the reader sees them: "non-small cell" and "non small cell" are one phrase.
    meant: dict[tuple[str, ...], str] = {}
    twice: list[str] = []
    for condition in conditions:
        for phrase in (condition["name"], *condition.get("synonyms", []), *condition.get("whole", [])):
            name = meant.setdefault(tokens(phrase), condition["name"])
            if name != condition["name"]:
                twice.append(f"{phrase!r}: {name} and {condition['name']}")
    assert not twice


def test_no_phrase_stands_twice(conditions: list[dict[str, Any]]) -> None:
    twice = []
    for condition in conditions:
        phrases = [tokens(p) for p in (condition["name"], *condition.get("synonyms", []), *condition.get("whole", []))]
        twice += [f"{condition['name']}: {' '.join(phrase)}" for phrase in phrases if phrases.count(phrase) > 1]
    assert not twice


def test_phrases_are_lower_case_words(conditions: list[dict[str, Any]]) -> None:
    for condition in conditions:
        for key in ("synonyms", "whole", "within"):
            for phrase in condition.get(key, []):
                assert isinstance(phrase, str), f"{condition['name']}: {phrase!r} is not a text"
                assert phrase == phrase.lower(), phrase
                assert tokens(phrase), phrase


def test_entries_have_known_keys_only(conditions: list[dict[str, Any]]) -> None:
    known = {"name", "synonyms", "whole", "within", "patterns", "broader", "narrow", "no_illness"}
    assert not {condition["name"]: set(condition) - known for condition in conditions if set(condition) - known}


def test_chains_end_at_a_root(conditions: list[dict[str, Any]], broader: Mapping[str, str]) -> None:
    names = {condition["name"] for condition in conditions}
    for name in names:
        above = chain(name, broader)
        assert set(above) <= names
        assert name not in above, f"{name} is wider than itself"
        assert len(above) <= 6
        if above:
            assert above[-1] not in broader


def test_a_narrowing_word_has_a_wider_illness_to_stand_beside(conditions: list[dict[str, Any]], broader: Mapping[str, str]) -> None:
    # And under one root it means one entry only, or else it would narrow two ways.
    for condition in conditions:
        if "within" in condition:
            assert condition["name"] in broader
    meant: dict[tuple[str, tuple[str, ...]], str] = {}
    for condition in conditions:
        for phrase in condition.get("within", []):
            # The illness below the root: "squamous" is one thing in a lung and another in the skin.
            above = chain(condition["name"], broader)
            key = (above[-2] if len(above) > 1 else condition["broader"], tokens(phrase))
            assert meant.setdefault(key, condition["name"]) == condition["name"], f"{phrase}: {meant[key]} and {condition['name']}"


def test_trials_list_every_kind_of_non_small_cell_lung_cancer(broader: Mapping[str, str]) -> None:
    # The rules of the shipped trial name these three; one more would be read as another illness.
    kinds = {name for name, above in broader.items() if above == "Non Small Cell Lung Cancer"}
    assert kinds == {"Lung Adenocarcinoma", "Lung Squamous Cell Carcinoma", "Lung Large Cell Carcinoma"}


def test_turns_of_speech_are_no_names(words: FileOf, conditions: list[dict[str, Any]]) -> None:
    own = {tokens(p) for c in conditions for p in (c["name"], *c.get("synonyms", []), *c.get("whole", []))}
    assert not [phrase for phrase in words("conditions")["other_meanings"] if tokens(phrase) in own]


# -- what people say

SAID: Mapping[str, Sequence[str]] = {
    # lung
    "lung cancer": ["Lung Cancer"],
    "cancer in my left lung": ["Lung Cancer"],
    "nsclc, stage 4": ["Non Small Cell Lung Cancer"],
    "not the small cell one": ["Non Small Cell Lung Cancer"],
    "adeno in my left lung": ["Lung Adenocarcinoma"],
    "lung cancer, adenocarcinoma": ["Lung Adenocarcinoma"],
    "lung cancer squamous": ["Lung Squamous Cell Carcinoma"],
    "large-cell carcinoma of the lung": ["Lung Large Cell Carcinoma"],
    "lung cancer, small cell": ["Small Cell Lung Cancer"],
    "EGFR-positive lung cancer": ["Non Small Cell Lung Cancer"],
    "squamous": ["Cancer"],
    "malignant mesothelioma": ["Mesothelioma"],
    # other cancers
    "I have triple negative breast cancer": ["Triple Negative Breast Cancer"],
    "triple negative": ["Triple Negative Breast Cancer"],
    "HER2+ breast cancer": ["HER2-Positive Breast Cancer"],
    "brest cancer": ["Breast Cancer"],
    "bowel cancer": ["Colorectal Cancer"],
    "cancer of the colon": ["Colon Cancer"],
    "cancer of my oesophagus": ["Esophageal Cancer"],
    "liver cell carcinoma": ["Hepatocellular Carcinoma"],
    "HCC": ["Hepatocellular Carcinoma"],
    "pancreatic neuroendocrine carcinoma": ["Pancreatic Neuroendocrine Carcinoma"],
    "pancreatic neuroendocrine tumours": ["Pancreatic Neuroendocrine Tumor"],
    "klatskin tumour": ["Bile Duct Cancer"],
    "tongue cancer": ["Tongue Cancer"],
    "cancer of the voice box": ["Laryngeal Cancer"],
    "papillary thyroid cancer": ["Papillary Thyroid Cancer"],
    "clear cell kidney cancer": ["Clear Cell Renal Cell Carcinoma"],
    "flat CIS of the bladder": ["Bladder Carcinoma In Situ"],
    "prostrate cancer": ["Prostate Cancer"],
    "castrate-resistant prostate cancer": ["Castration-Resistant Prostate Cancer"],
    "womb cancer": ["Uterine Cancer"],
    "high-grade serous ovarian cancer": ["High Grade Serous Ovarian Cancer"],
    "malignant melanoma": ["Melanoma"],
    "melanoma in my eye": ["Uveal Melanoma"],
    "gbm": ["Glioblastoma"],
    "brain cancer": ["Brain Tumor"],
    "gist": ["Gastrointestinal Stromal Tumor"],
    "Ewing's sarcoma": ["Ewing Sarcoma"],
    "blood cancer": ["Hematologic Malignancy"],
    "acute myeloid leukaemia": ["Acute Myeloid Leukemia"],
    "ALL": ["Acute Lymphoblastic Leukemia"],
    "b-cell ALL": ["Acute Lymphoblastic Leukemia"],
    "hodgkins": ["Hodgkin Lymphoma"],
    "non-hodgkins lymphoma": ["Non-Hodgkin Lymphoma"],
    "dlbcl": ["Diffuse Large B-Cell Lymphoma"],
    "bone marrow cancer, myeloma": ["Multiple Myeloma"],
    "cancer of unknown primary": ["Cancer of Unknown Primary"],
    # the rest of medicine
    "sickle cell anaemia": ["Sickle Cell Disease"],
    "haemophilia A": ["Hemophilia A"],
    "I had a heart attack": ["Myocardial Infarction"],
    "weak heart": ["Heart Failure"],
    "HFpEF": ["Heart Failure with Preserved Ejection Fraction"],
    "a-fib": ["Atrial Fibrillation"],
    "high blood pressure": ["Hypertension"],
    "smoker's lung": ["COPD"],
    "ipf": ["Idiopathic Pulmonary Fibrosis"],
    "pulmonary fibrosis": ["Pulmonary Fibrosis"],
    "covid-19": ["COVID-19"],
    "long covid": ["Long COVID"],
    "flu": ["Influenza"],
    "hep c": ["Hepatitis C"],
    "chronic hepatitis B": ["Hepatitis B"],
    "hiv": ["HIV Infection"],
    "TB": ["Tuberculosis"],
    "salmonella": ["Salmonella Infection"],
    "RSV": ["Respiratory Syncytial Virus Infection"],
    "diabetes type 2": ["Type 2 Diabetes"],
    "type II diabetes": ["Type 2 Diabetes"],
    "sugar disease": ["Diabetes"],
    "underactive thyroid": ["Hypothyroidism"],
    "PKU": ["Phenylketonuria"],
    "kidney failure": ["Chronic Kidney Disease"],
    "non-alcoholic fatty liver disease": ["Fatty Liver Disease"],
    "liver cirrhosis": ["Liver Cirrhosis"],
    "crohn's": ["Crohn Disease"],
    "coeliac": ["Celiac Disease"],
    "acid reflux": ["Gastroesophageal Reflux Disease"],
    "alzheimer": ["Alzheimer Disease"],
    "I have MS": ["Multiple Sclerosis"],
    "motor neurone disease": ["Amyotrophic Lateral Sclerosis"],
    "duchenne": ["Duchenne Muscular Dystrophy"],
    "a mini stroke": ["Transient Ischemic Attack"],
    "a brain bleed": ["Intracerebral Hemorrhage"],
    "migranes": ["Migraine"],
    "major depressive disorder": ["Major Depressive Disorder"],
    "paranoia": ["Psychotic Disorder"],
    "PTSD": ["Post-Traumatic Stress Disorder"],
    "anxiety": ["Anxiety Disorder"],
    "alcoholism": ["Alcohol Use Disorder"],
    "primary open-angle glaucoma": ["Open-Angle Glaucoma"],
    "wet macular degeneration": ["Wet Macular Degeneration"],
    "ringing in my ears": ["Tinnitus"],
    "lupus": ["Systemic Lupus Erythematosus"],
    "rheumatoid arthritis": ["Rheumatoid Arthritis"],
    "worn knee": ["Knee Osteoarthritis"],
    "eczema": ["Eczema"],
    "shingles": ["Herpes Zoster"],
    "fibroids": ["Uterine Fibroids"],
    "enlarged prostate": ["Benign Prostatic Hyperplasia"],
    "ED": ["Erectile Dysfunction"],
    "pre-eclampsia": ["Preeclampsia"],
    "back pain": ["Low Back Pain"],
    "sleep apnoea": ["Sleep Apnea"],
    "knee replacement": ["Knee Osteoarthritis"],
    "kidney transplant": ["Kidney Transplant"],
    "I'm healthy": ["Healthy Volunteers"],
    "looking for clinical trials for a patient with SIL": ["Cervical Intraepithelial Neoplasia"],
    "clinical trials for ifis": ["Intraoperative Floppy Iris Syndrome"],
}


@pytest.mark.parametrize(("text", "meant"), SAID.items())
def test_an_illness_is_understood(text: str, meant: Sequence[str]) -> None:
    assert named(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "that is all",
        "all of them know Ms Smith, my doctor",
        "ed is my husband",
        "I am cold and tired all the time",
        "it was a shock",
        "it spread to my liver and my bones",
        "two spots in the brain, one in the lung",
        "fluid around my lungs was drained",
        "I walk with aids",
        "I would use contraception during the trial",
        "I have been through the menopause and cannot have children",
        "I lost my hair, hair loss is no fun",
        "I stopped smoking ten years ago",
        "had a knee replacement and a bone marrow transplant",
        "I have pain in my back, a cough, and I am short of breath",
        "I am allergic to contrast dye",
        "my operation was under general anesthesia",
        "we live in Huntington, West Virginia",
        "they did a biopsy, the gist of it was good",
        "the net result is fine, I went from 80 mm to 60 mm",
        "there were ups and downs",
        "my mood is a bit low and I am anxious about the scan",
        "we had fits of laughter about the worms in the garden",
    ],
)
def test_nothing_else_is_taken_for_an_illness(text: str) -> None:
    assert named(text) == []


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("lung cancer, it spread to the liver, brain and bones", ["Lung Cancer"]),
        ("breast cancer with tumors in the bones", ["Breast Cancer"]),
        ("secondary liver cancer, it started in the colon: colon cancer", ["Colon Cancer"]),
        ("cancer in my liver and bones", ["Cancer"]),
        ("type 2 diabetes and high blood pressure", ["Type 2 Diabetes", "Hypertension"]),
        ("no small cell lung cancer", ["Small Cell Lung Cancer"]),
    ],
)
def test_places_of_spread_are_no_illness_of_their_own(text: str, meant: list[str]) -> None:
    # The last: what denies is left to the reader, and never becomes part of a name.
    assert named(text) == meant


def test_questions_that_speak_of_an_illness_speak_of_one_that_is_known() -> None:
    attributes = shipped_library().attributes
    spoken_of = {attribute.of_illness for attribute in attributes.values() if attribute.of_illness}
    assert spoken_of, "some questions speak of a cancer"
    assert spoken_of <= set(lexicon().condition_names)
