"""The page where a patient asks to be contacted: outside the dialogue, sealed, told to the study team, changed and taken back."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Mapping
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from bot.contacts.leaving import ContactDesk
from bot.deliveries.webhooks import body_of
from bot.sealing import Sealer, new_key
from bot.store import ContactRequest, Conversation
from bot.store.console_tables import TrialSettingRow
from bot.store.trial_settings import TrialSettings
from tests.console.asking import EMAIL, FILLED, FITS, NAME, PHONE, PIECES, finished, path_of, shown_in, told
from tests.console.conftest import house, library, migrated_store, open_house, stranger
from tests.console.house import TRIAL, Guest, House

__all__ = ["house", "library", "migrated_store", "open_house", "stranger"]


async def send(guest: Guest, path: str, **fields: str) -> tuple[int, str]:
    """Fill in the form as it is shown now, and send it."""
    status, page = await guest.get(f"{path}?change")
    assert status == 200
    return await guest.post(path, {**FILLED, "shown": shown_in(page), **fields})


def conversation_of(house: House, conversation: str) -> Conversation:
    with house.store.reading() as unit:
        found = unit.conversation(conversation)
    assert found is not None
    return found


def request_of(house: House, conversation: str) -> ContactRequest | None:
    with house.store.reading() as unit:
        return unit.contact_request(conversation, TRIAL)


def outbox(house: House) -> list[dict[str, Any]]:
    with house.store.reading() as unit:
        return [delivery.body for delivery, _ in reversed(unit.deliveries())]


def files_in(folder: Path) -> list[Path]:
    """The database, its journal and whatever else is there."""
    return [path for path in folder.rglob("*") if path.is_file()]


# ---------------------------------------------------------------- the way there


class TestTheLink:
    """Where the handoff leads to the page, and where it does not."""

    def test_after_a_result_the_handoff_links_to_a_page_of_its_own(self, house: House) -> None:
        told(house)
        conversation, handoff = finished(house)
        path = path_of(handoff)
        with house.store.reading() as unit:
            screening = unit.current_screening(conversation)
        assert screening is not None
        assert path == f"/contact/{screening.contact_key}"
        assert screening.contact_key != screening.summary_key

    def test_it_is_the_same_each_time(self, house: House) -> None:
        told(house)
        conversation, handoff = finished(house)
        again = house.say(conversation, "#contacts")
        assert [path_of(reply) for reply in again if reply.get("custom", {}).get("type") == "handoff"] == [path_of(handoff)]

    def test_no_call_is_offered_that_nobody_would_make(self, house: House) -> None:
        _, handoff = finished(house)
        assert handoff["custom"]["contact_url"] is None
        assert "contact you" not in handoff["text"]

    def test_nor_where_only_others_trials_have_somebody_to_tell(self, house: House) -> None:
        told(house, "NCT00000001")
        assert finished(house)[1]["custom"]["contact_url"] is None

    @pytest.mark.parametrize(("takes", "offered"), [(True, True), (False, False)])
    def test_the_study_team_decides(self, house: House, takes: bool, offered: bool) -> None:
        if not takes:
            told(house)
        with house.store.unit() as unit:
            unit._session.add(TrialSettingRow(trial_id=TRIAL, active=True, keep_days=None, takes_contacts=takes))
        assert (finished(house)[1]["custom"]["contact_url"] is not None) is offered

    def test_before_there_is_a_result_nothing_is_offered(self, house: House) -> None:
        told(house)
        conversation = house.conversation(FITS["consent"])
        (handoff,) = (reply for reply in house.say(conversation, "#contacts") if reply.get("custom", {}).get("type") == "handoff")
        assert handoff["custom"]["contact_url"] is None

    def test_where_it_probably_does_not_fit_it_is_offered_only_with_the_way_to_take_part(self, house: House) -> None:
        told(house)
        conversation = house.conversation()
        replies = house.say(conversation, FITS["consent"])
        while not any(reply.get("custom", {}).get("code") == "ended_early" for reply in replies):
            asked = [reply["custom"]["attribute"] for reply in replies if reply.get("custom", {}).get("type") == "question"][-1]
            replies = house.say(conversation, "yes" if asked == "prior_radiotherapy" else FITS[asked])
        assert "/contact/" not in json.dumps(replies)
        (handoff,) = (reply for reply in house.say(conversation, "#contacts") if reply.get("custom", {}).get("type") == "handoff")
        assert path_of(handoff)


# ---------------------------------------------------------------- the page


async def test_what_happens_to_the_data_is_told_before_it_is_asked_for(house: House, stranger: Guest) -> None:
    told(house)
    path = path_of(finished(house)[1])
    status, page = await stranger.get(path)
    assert status == 200
    order = [
        page.index(words)
        for words in ("can see what you write here", "We keep it until", "You can take it back", "<form", 'name="name"', "I agree that")
    ]
    assert order == sorted(order)
    assert TRIAL in page


async def test_the_days_that_a_trial_keeps_are_told(house: House, stranger: Guest) -> None:
    with house.store.unit() as unit:
        unit._session.add(TrialSettingRow(trial_id=TRIAL, active=True, keep_days=90, takes_contacts=True))
    _, page = await stranger.get(path_of(finished(house)[1]))
    assert "We keep it for 90 days after your last message" in page


@pytest.mark.parametrize(("own", "installation", "told_days"), [(None, 730, 730), (90, 730, 90), (0, 730, None), (None, 0, None)])
def test_the_installations_days_are_told_where_the_trial_has_none(
    house: House, own: int | None, installation: int, told_days: int | None
) -> None:
    with house.store.unit() as unit:
        unit._session.add(TrialSettingRow(trial_id=TRIAL, active=True, keep_days=own, takes_contacts=True))
    _, handoff = finished(house)
    desk = ContactDesk(house.store, house.library, house.desk, Sealer([new_key()]), house.url, house.clock, installation)
    page = desk.page(path_of(handoff).rpartition("/")[2])
    assert page is not None
    assert page.texts.days == told_days


async def test_it_is_private_and_its_forms_go_nowhere_else(house: House, stranger: Guest) -> None:
    told(house)
    path = path_of(finished(house)[1])
    async with stranger.session.get(path) as response:
        assert response.headers["Cache-Control"] == "no-store"
        assert "noindex" in response.headers["X-Robots-Tag"]
        assert "form-action 'self'" in response.headers["Content-Security-Policy"]
        assert response.headers["Referrer-Policy"] == "strict-origin"
        assert 'name="robots" content="noindex' in await response.text()
    async with stranger.session.get("/privacy") as response:
        assert "form-action 'none'" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("key", ["x" * 43, "short", "x" * 44, "%3Cscript%3E", "x" * 42 + "%00"])
async def test_a_key_that_leads_nowhere_is_not_found(house: House, stranger: Guest, key: str) -> None:
    told(house)
    for status, page in (await stranger.get(f"/contact/{key}"), await stranger.post(f"/contact/{key}", dict(FILLED))):
        assert status == 404
        assert "We can&#39;t find this page" in page
    assert (await stranger.post(f"/contact/{key}/withdraw"))[0] == 404


async def test_the_summarys_key_does_not_open_it(house: House, stranger: Guest) -> None:
    told(house)
    conversation, _ = finished(house)
    with house.store.reading() as unit:
        screening = unit.current_screening(conversation)
    assert screening is not None
    assert (await stranger.get(f"/contact/{screening.summary_key}"))[0] == 404
    assert (await stranger.get(f"/summary/{screening.contact_key}"))[0] == 404


# ---------------------------------------------------------------- sending


async def test_what_is_sent_is_kept_sealed_with_the_text_that_was_agreed_to(house: House, stranger: Guest) -> None:
    told(house)
    conversation, handoff = finished(house)
    _, page = await stranger.get(path_of(handoff))
    status, done = await send(stranger, path_of(handoff))
    assert status == 200
    assert "Your request is with the study team" in done
    request = request_of(house, conversation)
    assert request is not None
    assert house.console.sealer.open(request.sealed) == {"name": NAME, "phone": PHONE, "email": EMAIL, "time": "Tuesday mornings"}
    assert request.site is None
    assert request.text_hash == shown_in(page)
    assert request.text_version == house.library.in_locale("en").version
    # Whoever has the page can work out the hash of what was shown.
    title = house.library.in_locale("en")
    notice = [unescape(line) for line in re.findall(r"<p>(.*)</p>", page[page.index('id="notice"') : page.index('id="form"')])]
    agreed = re.search(r'class="tick">.*?<span>(.*?)</span>', page, re.DOTALL)
    assert agreed is not None
    with house.store.reading() as unit:
        record = house.desk.record(unit, TRIAL)
    assert record is not None
    shown = "\n".join([record.in_words(title.locale).title, *notice, unescape(agreed[1])])
    assert request.text_hash == hashlib.sha256(shown.encode()).hexdigest()


async def test_a_place_of_the_trial_can_be_chosen(house: House, stranger: Guest) -> None:
    told(house)
    conversation, handoff = finished(house)
    _, page = await stranger.get(path_of(handoff))
    places = [unescape(name) for name in re.findall(r'<option value="([^"]+)"', page)]
    assert places
    await send(stranger, path_of(handoff), site=places[0])
    request = request_of(house, conversation)
    assert request is not None
    assert request.site is not None
    assert request.site["city"] in places[0]


async def test_the_conversation_is_handed_off_and_the_chat_says_so_without_the_data(house: House, stranger: Guest) -> None:
    told(house)
    conversation, handoff = finished(house)
    assert conversation_of(house, conversation).stage == "finished"
    await send(stranger, path_of(handoff))
    found = conversation_of(house, conversation)
    assert (found.stage, found.verdict) == ("handed_off", "likely")
    with house.store.reading() as unit:
        line = unit.messages(conversation)[-1]
        assert [one.reason for one in unit.handoffs(conversation)] == ["result", "contact"]
        entries = [entry for entry in unit.audit_entries() if entry.actor == "patient"]
    assert line.who == "bot"
    assert line.data == {"custom": {"type": "notice", "code": "contact_left", "url": None}}
    assert line.text == "You asked the study team to contact you. How to reach you is kept apart from this chat."
    assert [(entry.action, entry.object_id, entry.trial_id) for entry in entries] == [("contact_left", conversation, TRIAL)]


async def test_who_is_told_gets_nothing_of_the_person_and_nothing_of_their_health(house: House, stranger: Guest) -> None:
    told(house)
    told(house, None, "all@example.org")
    told(house, "NCT00000001", "others@example.org")
    conversation, handoff = finished(house)
    await send(stranger, path_of(handoff))
    with house.store.reading() as unit:
        sent = [(delivery, target) for delivery, target in unit.deliveries()]
        said = [line.text for line in unit.messages(conversation) if line.who == "patient"]
    assert sorted(target.address for _, target in sent) == ["all@example.org", "team@example.org"]
    (body,) = {body_of(delivery.body) for delivery, _ in sent}
    assert json.loads(body) == {
        "event": "handoff.created",
        # Its place in the feed.
        "cursor": json.loads(body)["cursor"],
        "trial_id": TRIAL,
        "conversation_id": conversation,
        "receipt": None,
        "site": None,
        "conversation_url": f"http://127.0.0.1/console/conversations/{conversation}",
        "at": house.clock().strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    for words in (*PIECES, NAME, PHONE, EMAIL, path_of(handoff).rpartition("/")[2], *(text for text in said if len(text) > 3)):
        assert words.encode() not in body


@pytest.mark.parametrize(("fields", "field", "said"), [
    ({"name": ""}, "name", "Please write your name."),
    ({"phone": "", "email": ""}, "phone", "Please give a phone number or an email."),
    ({"phone": "soon"}, "phone", "We could not read this phone number."),
    ({"email": "ada"}, "email", "We could not read this email address."),
    ({"name": "x" * 121}, "name", "Please make this shorter."),
    ({"site": "Atlantis"}, "site", "Please choose the place again."),
    ({"agreed": ""}, "agreed", "If you agree, please tick the box."),
    ({"shown": "0" * 64}, "agreed", "Our text above has changed."),
])  # fmt: skip
async def test_what_is_wrong_is_told_beside_its_field_and_the_rest_is_kept(
    house: House, stranger: Guest, fields: Mapping[str, str], field: str, said: str
) -> None:
    told(house)
    conversation, handoff = finished(house)
    status, page = await send(stranger, path_of(handoff), **fields)
    assert status == 422
    beside = re.search(rf'<p class="fault" id="{field}-fault">(.*?)</p>', page)
    assert beside is not None
    assert unescape(beside[1]).startswith(said)
    control = re.search(rf'<(?:input|select) id="{field}"[^>]*>', page)
    assert control is not None
    assert 'aria-invalid="true"' in control[0]
    assert f"{field}-fault" in control[0]
    assert f'<li><a href="#{field}">' in page
    for name in {"name", "phone", "email", "time"} - fields.keys():
        assert f'value="{FILLED[name]}"' in page
    assert request_of(house, conversation) is None
    assert outbox(house) == []


async def test_markup_in_a_field_stays_text(house: House, stranger: Guest) -> None:
    told(house)
    _, handoff = finished(house)
    _, page = await send(stranger, path_of(handoff), name='"><script>alert(1)</script>', agreed="")
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


async def test_a_form_of_another_site_is_refused(house: House, stranger: Guest) -> None:
    told(house)
    conversation, handoff = finished(house)
    path = path_of(handoff)
    _, page = await stranger.get(path)
    form = {**FILLED, "shown": shown_in(page)}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example.org"}, {"Origin": "null"}):
        for address in (path, f"{path}/withdraw"):
            async with stranger.session.post(address, data=form, headers=headers) as response:
                assert response.status == 403
    assert request_of(house, conversation) is None


async def test_who_sends_too_often_is_asked_to_wait(house: House, stranger: Guest) -> None:
    told(house)
    _, handoff = finished(house)
    for _ in range(house.services.rates.contacts.burst):
        assert (await stranger.post(path_of(handoff)))[0] == 422
    async with stranger.session.post(path_of(handoff), data=dict(FILLED)) as response:
        assert response.status == 429
        assert int(response.headers["Retry-After"]) > 0
        assert response.headers["Cache-Control"] == "no-store"
    # Reading is still possible, and so is another's page.
    assert (await stranger.get(path_of(handoff)))[0] == 200
    assert (await send(stranger, path_of(finished(house)[1])))[0] == 200


async def test_more_than_a_form_can_hold_is_refused(house: House, stranger: Guest) -> None:
    told(house)
    _, handoff = finished(house)
    status, page = await stranger.post(path_of(handoff), {**FILLED, "time": "x" * 200_000})
    assert status == 413
    assert "xxxx" not in page


# ---------------------------------------------------------------- afterwards


async def test_the_page_does_not_show_again_what_was_left(house: House, stranger: Guest) -> None:
    told(house)
    _, handoff = finished(house)
    await send(stranger, path_of(handoff))
    for query in ("", "?change", "?again", "?done=withdrawn"):
        _, page = await stranger.get(path_of(handoff) + query)
        assert not [piece for piece in PIECES if piece in page]


async def test_sent_again_it_replaces_and_the_team_is_told_of_a_change(house: House, stranger: Guest) -> None:
    told(house)
    conversation, handoff = finished(house)
    await send(stranger, path_of(handoff))
    await send(stranger, path_of(handoff), phone="", email="new@example.org")
    with house.store.reading() as unit:
        (request,) = unit.contact_requests(conversation)
        assert [one.reason for one in unit.handoffs(conversation)] == ["result", "contact"]
        assert unit.messages(conversation)[-1].text.startswith("You changed how the study team can reach you.")
    assert house.console.sealer.open(request.sealed)["email"] == "new@example.org"
    assert [body["event"] for body in outbox(house)] == ["handoff.created", "handoff.changed"]


async def test_taken_back_nothing_is_left_and_the_team_is_told(house: House, stranger: Guest) -> None:
    told(house)
    conversation, handoff = finished(house)
    await send(stranger, path_of(handoff))
    status, page = await stranger.post(f"{path_of(handoff)}/withdraw")
    assert status == 200
    assert "We removed what you wrote" in page
    assert request_of(house, conversation) is None
    assert conversation_of(house, conversation).stage == "finished"
    assert [body["event"] for body in outbox(house)] == ["handoff.created", "handoff.withdrawn"]
    with house.store.reading() as unit:
        assert unit.messages(conversation)[-1].data == {"custom": {"type": "notice", "code": "contact_withdrawn", "url": None}}
        actions = [entry.action for entry in unit.audit_entries() if entry.actor == "patient"]
    assert actions == ["contact_withdrawn", "contact_left"]
    # A second time changes nothing; and one may ask again.
    await stranger.post(f"{path_of(handoff)}/withdraw")
    assert len(outbox(house)) == 2
    assert (await send(stranger, path_of(handoff)))[0] == 200
    assert conversation_of(house, conversation).stage == "handed_off"


async def test_taken_back_by_somebody_who_no_longer_consents_it_is_a_chat_that_was_withdrawn(house: House, stranger: Guest) -> None:
    told(house)
    conversation, handoff = finished(house)
    await send(stranger, path_of(handoff))
    house.say(conversation, "#consent=no")
    house.say(conversation, "stop")
    await stranger.post(f"{path_of(handoff)}/withdraw")
    assert conversation_of(house, conversation).stage == "withdrawn"


async def test_where_contacts_are_no_longer_taken_one_can_still_take_back_but_not_ask(house: House, stranger: Guest) -> None:
    target = told(house)
    (kept, handoff), (_, other) = finished(house), finished(house)
    await send(stranger, path_of(handoff))
    with house.store.unit() as unit:
        unit.set_target_active(target.id, False)
    _, page = await stranger.get(path_of(handoff))
    assert "Take back my request" in page
    assert "?change" not in page
    assert (await stranger.get(path_of(other)))[0] == 404
    assert (await stranger.post(path_of(other), dict(FILLED)))[0] == 409
    status, page = await stranger.post(f"{path_of(handoff)}/withdraw")
    assert status == 200
    assert "We removed what you wrote" in page
    assert "?again" not in page
    assert request_of(house, kept) is None


async def test_where_the_trial_is_no_longer_shown_one_can_still_take_back_but_not_ask(house: House, stranger: Guest) -> None:
    told(house)
    (kept, handoff), (_, other) = finished(house), finished(house)
    await send(stranger, path_of(handoff))
    with house.store.unit() as unit:
        unit.change_trial_settings(TRIAL, TrialSettings(active=False, takes_contacts=True))
    status, page = await stranger.get(path_of(handoff))
    assert status == 200
    assert "Take back my request" in page
    assert "?change" not in page
    for path in (path_of(handoff), path_of(other)):
        assert (await stranger.post(path, {**FILLED, "phone": "+46 99"}))[0] == 409
    assert (await stranger.get(path_of(other)))[0] == 404
    assert len(outbox(house)) == 1
    status, page = await stranger.post(f"{path_of(handoff)}/withdraw")
    assert status == 200
    assert "We removed what you wrote" in page
    assert request_of(house, kept) is None
    assert [body["event"] for body in outbox(house)] == ["handoff.created", "handoff.withdrawn"]


async def test_what_comes_next_is_told_as_it_is(house: House, stranger: Guest) -> None:
    with house.store.unit() as unit:
        unit._session.add(TrialSettingRow(trial_id=TRIAL, active=True, keep_days=None, takes_contacts=True))
    _, handoff = finished(house)
    _, page = await send(stranger, path_of(handoff))
    assert "The team sees your request in its list." in page
    assert "gets a note" not in page
    told(house)
    _, page = await stranger.get(path_of(handoff))
    assert "The team gets a note that someone would like to talk." in page


async def test_after_an_erasure_the_page_is_gone_with_all_that_was_left(house: House, stranger: Guest) -> None:
    told(house)
    conversation, handoff = finished(house)
    await send(stranger, path_of(handoff))
    house.say(conversation, "#erase")
    house.say(conversation, "#erase=confirm")
    assert (await stranger.get(path_of(handoff)))[0] == 404
    assert request_of(house, conversation) is None
    assert outbox(house) == []


async def test_who_asks_for_somebody_else_is_asked_what_they_are_to_them(house: House, stranger: Guest) -> None:
    told(house)
    conversation, handoff = finished(house, first="my mother has non-small cell lung cancer")
    assert "the study team can contact you about your mother" in handoff["text"]
    _, page = await stranger.get(path_of(handoff))
    assert "What are you to your mother?" in page
    await send(stranger, path_of(handoff), relation="daughter")
    request = request_of(house, conversation)
    assert request is not None
    assert house.console.sealer.open(request.sealed)["relation"] == "daughter"


# ---------------------------------------------------------------- nowhere in the clear


async def test_no_piece_of_it_is_in_any_file_or_log(
    house: House, stranger: Guest, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told(house)
    conversation, handoff = finished(house)
    await send(stranger, path_of(handoff), phone="call me")
    await send(stranger, path_of(handoff))
    await send(stranger, path_of(handoff), time="Tuesday mornings, late")
    files = files_in(tmp_path)
    assert {path.suffix for path in files} >= {".db", ".db-wal"}
    for piece in PIECES:
        assert [path.name for path in files if piece.encode() in path.read_bytes()] == []
        assert piece not in caplog.text
    key = path_of(handoff).rpartition("/")[2]
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("aiohttp.access")]
    assert not [line for line in ours if key in line]
    # What was sealed before is not left either, once it was replaced or taken back.
    request = request_of(house, conversation)
    assert request is not None
    await stranger.post(f"{path_of(handoff)}/withdraw")
    assert [path.name for path in files if request.sealed.encode() in path.read_bytes()] == []


async def test_the_dialogue_hears_nothing_of_it(house: House, stranger: Guest) -> None:
    told(house)
    conversation, handoff = finished(house)
    turns: list[str] = []
    house.engine.turn = lambda *said: turns.append(str(said)) or []  # type: ignore[method-assign, func-returns-value]
    await send(stranger, path_of(handoff))
    await stranger.post(f"{path_of(handoff)}/withdraw")
    assert turns == []
    with house.store.reading() as unit:
        assert not [line for line in unit.messages(conversation) if any(piece in line.text for piece in PIECES)]


async def test_places_near_the_person_come_first_where_it_is_known_where_they_are(house: House, stranger: Guest) -> None:
    told(house)
    _, handoff = finished(house)
    with house.store.unit() as unit:
        stored = unit.trial(TRIAL)
        assert stored is not None
        sites = [{"city": city, "country": "United Kingdom", "status": "RECRUITING"} for city in ("London", "Leeds", "Manchester")]
        unit.put_trial(
            TRIAL,
            version="2030-01-01.1",
            record=stored.record | {"version": "2030-01-01.1", "status": "RECRUITING", "sites": sites},
            content_hash="1" * 64,
            criteria=[],
            at=house.clock(),
        )
        screening = unit.screening_by_contact_key(path_of(handoff).rpartition("/")[2])
        assert screening is not None
    _, page = await stranger.get(path_of(handoff))
    assert re.findall(r'<option value="([A-Z]\w+),', page) == ["London", "Leeds", "Manchester"]
    with house.store.unit() as unit:
        place = house.library.in_locale("en").lexicon.places("near Leeds", led=True)[:1]
        unit.add_answer(screening.id, attribute="location", state="known", value=list(place), said="near Leeds", at=house.clock())
    _, page = await stranger.get(path_of(handoff))
    assert re.findall(r'<option value="([A-Z]\w+),', page) == ["Leeds", "Manchester", "London"]
    assert "What is near you comes first." in page
