"""Who asked to be contacted, how to reach them, and what happened: in order, once, and gone with an erasure."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

from bot.accounts.api_keys import Scope
from bot.conversations.erasing import PATIENT, Erasures, erase
from bot.deliveries.events import note_event
from bot.store import Event, Store
from tests.api.conftest import Programs
from tests.console.house import OTHER_TRIAL, START, TRIAL, House
from tests.store.conftest import database_url, postgres_template

__all__ = ["database_url", "postgres_template"]

HANDOFFS, EVENTS = "/api/v1/handoffs", "/api/v1/events"


def leave(house: House, conversation: str, phone: str = "031-555", trial: str = TRIAL) -> str:
    """Somebody leaves how to reach them; the id of that."""
    house.clock.move(seconds=10)
    with house.store.unit() as unit:
        screening = unit.current_screening(conversation)
        assert screening is not None
        unit.put_contact_request(
            conversation,
            screening_id=screening.id,
            trial_id=trial,
            site={"facility": "Clinic", "city": "Gothenburg", "state": None, "country": "Sweden"},
            sealed=house.console.sealer.seal({"name": "Petronella", "phone": phone, "email": "", "time": "", "relation": "self"}),
            text_version="1",
            text_hash="h",
            at=house.clock(),
        )
    return f"{conversation}.{trial}"


def note(house: House, conversation: str, thing: str, event: Event = Event.HANDOFF_CREATED, trial: str | None = TRIAL) -> bool:
    with house.store.unit() as unit:
        return note_event(unit, event, thing=thing, conversation_id=conversation, trial_id=trial, at=house.clock()) is not None


async def test_a_request_is_listed_without_how_to_reach_anybody(house: House, program: Programs) -> None:
    name = leave(house, house.conversation("yes", "61"))
    _, found = await program().get(HANDOFFS)
    (item,) = found["items"]
    assert (item["id"], item["trial_id"], item["site"]["city"], item["status"]) == (name, TRIAL, "Gothenburg", "new")
    assert "Petronella" not in str(found)


async def test_how_to_reach_somebody_is_read_with_a_scope_of_its_own_and_each_time_audited(house: House, program: Programs) -> None:
    name = leave(house, house.conversation("yes", "61"))
    path = f"{HANDOFFS}/{name}/contact"
    assert (await program(Scope.CONVERSATIONS).get(path))[0] == 403
    asking = program(Scope.CONTACTS)
    for _ in range(2):
        status, found = await asking.get(path)
        assert (status, found["name"], found["phone"]) == (200, "Petronella", "031-555")
    with house.store.reading() as unit:
        entries = unit.audit_entries(action="contact_revealed")
    assert asking.key is not None
    assert [(entry.actor, entry.object_id, entry.trial_id) for entry in entries] == [(asking.key.actor, name[:32], TRIAL)] * 2


async def test_what_no_key_opens_says_so_and_is_not_audited(house: House, program: Programs) -> None:
    name = leave(house, house.conversation("yes", "61"))
    with house.store.unit() as unit:
        unit.seal_row("contact_requests", 1, "nonsense")
    status, found = await program().get(f"{HANDOFFS}/{name}/contact")
    assert (status, found["type"]) == (503, "/api/v1/docs#problem-unreadable")
    with house.store.reading() as unit:
        assert unit.audit_entries(action="contact_revealed") == []


async def test_who_follows_the_list_learns_of_what_is_new_and_what_changed(house: House, program: Programs) -> None:
    first, second = house.conversation("yes", "61"), house.conversation("yes", "61")
    one, other = leave(house, first), leave(house, second)
    asking, seen, path = program(), [], f"{HANDOFFS}?limit=1"
    while path:
        _, found = await asking.get(path)
        seen += [each["id"] for each in found["items"]]
        path = found["next"]
    assert seen == [one, other]
    cursor = found["cursor"]
    assert (await asking.get(f"{HANDOFFS}?after={cursor}"))[1]["items"] == []
    leave(house, first, phone="another")
    _, found = await asking.get(f"{HANDOFFS}?after={cursor}")
    assert [each["id"] for each in found["items"]] == [one]


async def test_a_request_of_another_trial_in_the_same_chat_is_not_there(house: House, program: Programs) -> None:
    conversation = house.conversation("yes", "61")
    leave(house, conversation)
    other = leave(house, conversation, trial=OTHER_TRIAL)
    _, found = await program(trials=OTHER_TRIAL).get(HANDOFFS)
    assert [each["id"] for each in found["items"]] == [other]
    assert (await program(trials=OTHER_TRIAL).get(f"{HANDOFFS}/{conversation}.{TRIAL}/contact"))[0] == 404
    # As in the console: whoever is asked to call may read the chat.
    assert (await program(trials=OTHER_TRIAL).get(f"/api/v1/conversations/{conversation}"))[0] == 200


def told(found: Any) -> list[tuple[str, str | None]]:
    return [(each["event"], each["conversation_id"]) for each in found["items"]]


async def test_the_chat_tells_that_a_screening_is_finished_once_for_what_was_answered(house: House, program: Programs) -> None:
    asking = program()
    conversation = house.conversation("yes", "I am 12 years old")
    _, found = await asking.get(EVENTS)
    assert told(found) == [("screening.finished", conversation)]
    house.say(conversation, "No, stop here")
    house.say(conversation, "show my result again")
    assert (await asking.get(f"{EVENTS}?after={found['cursor']}"))[1]["items"] == []


async def test_events_come_in_order_page_by_page_and_of_the_key_s_trials(house: House, program: Programs) -> None:
    conversation = house.conversation("yes")
    for number in range(5):
        assert note(house, conversation, str(number))
    assert not note(house, conversation, "3")
    note(house, conversation, "elsewhere", trial=OTHER_TRIAL)
    asking, path, seen = program(trials=TRIAL), f"{EVENTS}?limit=2", []
    while path:
        _, found = await asking.get(path)
        seen += [each["cursor"] for each in found["items"]]
        path = found["next"]
    assert seen == sorted(seen)
    assert len(seen) == 5
    assert (await program().get(f"{EVENTS}?event=conversation.flagged"))[1]["items"] == []


async def test_after_an_erasure_only_the_erasure_is_told_behind_all_that_was_read(house: House, program: Programs) -> None:
    conversation = house.conversation("yes")
    note(house, conversation, "7")
    asking = program()
    _, before = await asking.get(EVENTS)
    erasure = Erasures(house.store, lambda _: None, house.clock).erase(conversation, by=PATIENT)
    assert erasure is not None
    # The number that went is not given again: who had read up to it would miss what is told under it.
    _, after = await asking.get(f"{EVENTS}?after={before['cursor']}")
    (event,) = after["items"]
    assert (event["event"], event["receipt"], event["conversation_id"]) == ("conversation.erased", erasure.receipt, conversation)
    assert (await asking.get(EVENTS))[1]["items"] == [event]


async def test_what_is_not_kept_did_not_happen(house: House, program: Programs) -> None:
    conversation = house.conversation("yes")
    try:
        with house.store.unit() as unit:
            erase(unit, conversation, by=PATIENT, at=house.clock())
            raise KeyError
    except KeyError:
        pass
    assert (await program().get(EVENTS))[1]["items"] == []


async def test_no_word_of_a_patient_is_in_an_event(house: House, program: Programs) -> None:
    conversation = house.conversation("yes", "I am 12 years old")
    leave(house, conversation)
    note(house, conversation, "7")
    _, found = await program().get(EVENTS)
    assert found["items"]
    for event in found["items"]:
        assert set(event) == {"cursor", "event", "conversation_id", "trial_id", "receipt", "at"}


def test_who_reads_while_others_write_misses_nothing(database_url: str) -> None:
    """Numbers are there in their order: whoever has seen one has seen all before it."""
    store = Store(database_url)

    def write(writer: int) -> None:
        for number in range(10):
            with store.unit(to_disk=False) as unit:
                note_event(
                    unit,
                    Event.HANDOFF_CREATED,
                    thing=f"{writer}.{number}",
                    conversation_id="c",
                    trial_id=None,
                    at=START + timedelta(seconds=number),
                )

    writers = [threading.Thread(target=write, args=[writer]) for writer in range(4)]
    for writer in writers:
        writer.start()
    seen: list[int] = []
    while any(writer.is_alive() for writer in writers) or len(seen) < 40:
        with store.reading() as unit:
            seen += [event.number for event in unit.events_after(seen[-1] if seen else 0, None, limit=7)]
    for writer in writers:
        writer.join()
    with store.reading() as unit:
        every = [event.number for event in unit.events_after(0, None, limit=100)]
    store.dispose()
    assert seen == every
