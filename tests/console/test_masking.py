"""What a patient told is hidden until somebody who may asks to see it; that they looked is in the audit."""

from __future__ import annotations

import re

import pytest

from bot.accounts.roles import Role
from bot.settings import PROJECT
from bot.store import NewMessage
from bot.yaml_files import read_yaml
from tests.console.conftest import SignIn
from tests.console.house import START, TRIAL, Guest, House
from tests.console.test_conversation import at, audited, plain, revealed
from tests.people import people
from tests.unit.review.conftest import told

_WORD = re.compile(r"[^\W\d_]{3,}")
_SAYINGS = (
    ("hello", "yes please", "I'm 83, Wilhelmina from Tromsø, and had docetaxel", "actually I turned 84", "metastases in hip and skull"),
    ("hello", "yes", "squamous nonsmall cell carcinoma", "eighty-three", "biopsy came back positive", "fourth stage", "dunno honestly"),
    ("hello", "yes", "my husband Bartholomew has lung cancer", "he is 79", "he vomits blood", "erase"),
    ("hola", "yes", "67", "why", "I would prefer keeping that private", "go back", "68", "change my age", "69"),
)


def fixed_words() -> set[str]:
    """Every word that stands in texts, in the trial's record, in templates: what a page can have without any patient."""
    sources = [*(PROJECT / "words" / "en").rglob("*.yaml"), PROJECT / "trials" / f"{TRIAL}.yaml", PROJECT / "lexicon" / "attributes.yaml"]
    # What is understood and the names of illnesses are the patients' words, not the bot's.
    shown = [path for path in sources if path.parent.name != "understood" and path.name not in _READ_ONLY]
    templates = [*(PROJECT / "bot" / "web" / "templates").rglob("*.html"), *(PROJECT / "bot" / "web" / "static").rglob("*.js")]
    texts = [path.read_text("utf-8") for path in (*shown, *templates)]
    texts.append(str(read_yaml(PROJECT / "words" / "en" / "safety.yaml")["texts"]))
    return {word.casefold() for text in texts for word in _WORD.findall(text)}


_READ_ONLY = {
    "safety.yaml",
    "conditions.yaml",
    "treatments.yaml",
    "reading.yaml",
    "people.yaml",
    "places.yaml",
    "labels.yaml",
    "registry.yaml",
    "registry_terms.yaml",
}


async def masked_page(guest: Guest, conversation: str) -> str:
    status, page = await guest.get(at(conversation))
    assert status == 200
    assert "What the patient told is hidden" in page
    return page


@pytest.mark.parametrize("said", _SAYINGS)
async def test_no_word_of_the_patient_stands_anywhere_in_a_masked_page(house: House, sign_in: SignIn, said: tuple[str, ...]) -> None:
    conversation = house.conversation(*said)
    page = (await masked_page(await sign_in(), conversation)).casefold()
    own = {word.casefold() for text in said for word in _WORD.findall(text)} - fixed_words()
    assert own
    assert not {word for word in own if word in set(_WORD.findall(page))}


async def test_other_answers_make_the_same_masked_page(house: House, sign_in: SignIn) -> None:
    guest = await sign_in()
    pages = []
    for illness, age in (("nsclc", "83"), ("non-small cell lung cancer, they told me in June", "I am eighty-one")):
        house.clock.now = START
        conversation = house.conversation("hello", "yes", illness, age)
        pages.append((await masked_page(guest, conversation)).replace(conversation, "*").replace(conversation[:8], "*"))
    assert pages[0] == pages[1]


async def test_the_values_of_whole_screenings_are_in_no_masked_page(house: House, sign_in: SignIn) -> None:
    guest = await sign_in()
    person = people(TRIAL)[0]
    pages = []
    for age in ("83", "81"):
        house.clock.now = START
        conversation = told(house, {**person.answers, "age": age})
        pages.append((await masked_page(guest, conversation)).replace(conversation, "*").replace(conversation[:8], "*"))
        assert not re.search(rf"\b{age}\b", plain(pages[-1]))
    assert pages[0] == pages[1]


async def test_one_click_shows_it_for_a_quarter_of_an_hour_and_another_hides_it(house: House, sign_in: SignIn) -> None:
    conversation = house.conversation("hello", "yes", "I am 83")
    guest = await sign_in()
    assert "I am 83" not in await masked_page(guest, conversation)
    page = await revealed(guest, conversation)
    assert "I am 83" in page
    assert "What the patient told is shown until 2 Nov 2026, 09:16" in page
    house.clock.move(minutes=14, seconds=59)
    assert "I am 83" in (await guest.get(at(conversation)))[1]
    house.clock.move(seconds=1)
    assert "I am 83" not in await masked_page(guest, conversation)
    await revealed(guest, conversation)
    assert (await guest.post(at(conversation, "/hide")))[0] == 200
    assert "I am 83" not in await masked_page(guest, conversation)


async def test_a_reveal_is_of_one_session_and_one_conversation(house: House, sign_in: SignIn) -> None:
    one, other = house.conversation("hello", "yes", "I am 83"), house.conversation("hello", "yes", "I am 82")
    guest = await sign_in()
    await revealed(guest, one)
    assert "I am 82" not in await masked_page(guest, other)
    assert "I am 83" not in await masked_page(await sign_in(), one)


async def test_revealing_and_hiding_are_audited_without_what_was_seen(house: House, sign_in: SignIn) -> None:
    conversation = house.conversation("hello", "yes", "I am 83")
    guest = await sign_in()
    await revealed(guest, conversation)
    await guest.post(at(conversation, "/hide"))
    assert [detail for _, detail in audited(house, conversation, "revealed")] == [{"what": "answers"}]
    assert [detail for _, detail in audited(house, conversation, "hid")] == [{"what": "answers"}]
    with house.store.reading() as unit:
        assert "83" not in str([entry.detail for entry in unit.audit_entries()])


async def test_notes_the_words_of_a_reason_and_the_teams_lines_are_hidden_too(house: House, sign_in: SignIn) -> None:
    conversation = house.conversation("hello", "yes")
    guest = await sign_in()
    await guest.get(at(conversation))
    await guest.post(at(conversation, "/notes"), text="says she has Waldenström")
    await guest.post(at(conversation, "/status"), status="closed", because="other", words="has Waldenström")
    author = house.account().id
    with house.store.unit() as unit:
        unit.add_messages(conversation, [NewMessage("c1", "coordinator", "You have Waldenström?", house.clock(), author=author)])
    assert "Waldenström" not in await masked_page(guest, conversation)
    assert (await revealed(guest, conversation)).count("Waldenström") == 3


async def test_the_mask_does_not_tell_how_long_a_text_is_and_says_hidden_aloud(house: House, sign_in: SignIn) -> None:
    conversation = house.conversation("hello", "yes", "x", "a much longer story about everything that ever happened " * 10)
    page = await masked_page(await sign_in(), conversation)
    assert len(set(re.findall(r'<span class="masked"[^>]*>[^<]*</span><span class="sr">[^<]*</span>', page))) == 1
    assert '<span class="masked" aria-hidden="true">••••••••</span><span class="sr">hidden</span>' in page


async def test_danger_is_shown_masked(house: House, sign_in: SignIn) -> None:
    conversation = house.conversation("hello", "yes")
    custom = {"custom": {"type": "safety", "category": "crisis"}}
    text = str(house.library.in_locale("en").files["safety"]["texts"]["crisis"]["default"])
    with house.store.unit() as unit:
        heard = NewMessage("k1", "patient", "nobody would miss me", house.clock(), intent="safety_crisis", message_id="x")
        unit.add_messages(conversation, [heard, NewMessage("k2", "bot", text, house.clock(), custom, message_id="x")])
    page = await masked_page(await sign_in(Role.AUDITOR), conversation)
    assert "Somebody may be in danger" in page
    assert " ".join(text.split()) in plain(page)
    assert "nobody would miss me" not in page


def test_the_words_that_the_pages_may_have_are_not_all_words() -> None:
    words = fixed_words()
    assert "criteria" in words
    assert not {"wilhelmina", "docetaxel", "bartholomew", "vomits"} & words
    assert all((PROJECT / "words" / "en" / name).exists() for name in _READ_ONLY)
