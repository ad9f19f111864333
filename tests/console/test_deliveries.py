"""Trial managers say who is told, see what became of each notification, and send one again."""

from __future__ import annotations

import io
import re

import pytest

from bot.accounts.roles import Role
from bot.conversations.erasing import PATIENT, Erasures
from bot.deliveries.webhooks import networks_of
from bot.store import DeliveryTarget
from bot.store.event_names import CHOICES
from bot.web.outbox import OUTBOX
from tests.console.asking import told
from tests.console.conftest import SignIn
from tests.console.everything import with_everything
from tests.console.house import OTHER_TRIAL, TRIAL, Guest, House

ROOM = "/console/deliveries"
CREATED = {"events": "handoff.created"}
HOOK = {"trial": TRIAL, "kind": "webhook", "address": "https://hooks.example.org/trials?x=1", **CREATED}
MAIL = {"trial": TRIAL, "kind": "mail", "address": "team@example.org", **CREATED}


@pytest.fixture
async def manager(sign_in: SignIn) -> Guest:
    """Somebody who manages one trial, in the room."""
    guest = await sign_in(Role.TRIAL_MANAGER)
    await guest.get(ROOM)
    return guest


def targets(house: House) -> list[DeliveryTarget]:
    with house.store.reading() as unit:
        return unit.delivery_targets()


def audited(house: House) -> list[tuple[str, str, str | None]]:
    with house.store.reading() as unit:
        found = [(entry.action, entry.object_id, entry.trial_id) for entry in unit.audit_entries() if entry.action.startswith("delivery")]
    return found[::-1]


async def test_a_mail_address_is_added_for_ones_trial(house: House, manager: Guest) -> None:
    status, page = await manager.post(f"{ROOM}/targets", MAIL)
    assert status == 200
    assert "team@example.org" in page
    (target,) = targets(house)
    assert (target.trial_id, target.kind, target.secret, target.active) == (TRIAL, "mail", None, True)
    assert audited(house) == [("delivery_target_added", str(target.id), TRIAL)]


async def test_no_mail_address_is_added_where_no_mail_can_be_sent(house: House, manager: Guest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house.app[OUTBOX], "_mailer", None)
    status, page = await manager.post(f"{ROOM}/targets", MAIL)
    assert status == 422
    assert "Mail cannot be sent yet, so nobody would be told." in page
    assert not targets(house)


async def test_a_webhooks_secret_is_ours_is_shown_once_and_is_sealed(house: House, manager: Guest) -> None:
    status, page = await manager.post(f"{ROOM}/targets", HOOK)
    assert status == 200
    shown = re.search(r'<code class="secret">([\w-]{43})</code>', page)
    assert shown is not None
    (target,) = targets(house)
    assert target.secret is not None
    assert house.console.sealer.open(target.secret) == shown[1]
    assert shown[1] not in target.secret
    assert shown[1] not in (await manager.get(ROOM))[1]
    with house.store.reading() as unit:
        assert not [entry for entry in unit.audit_entries() if shown[1] in str(entry.detail)]


async def test_for_all_trials_adds_only_who_sees_all(house: House, manager: Guest, sign_in: SignIn) -> None:
    status, page = await manager.post(f"{ROOM}/targets", {**MAIL, "trial": ""})
    assert status == 422
    assert "Only somebody who works with all trials" in page
    everywhere = await sign_in(Role.ADMINISTRATOR)
    await everywhere.get(ROOM)
    assert (await everywhere.post(f"{ROOM}/targets", {**MAIL, "trial": ""}))[0] == 200
    assert [target.trial_id for target in targets(house)] == [None]
    # Who sees one trial does not see what is of all.
    assert "team@example.org" not in (await manager.get(ROOM))[1]


@pytest.mark.parametrize(("form", "said"), [
    ({**MAIL, "trial": OTHER_TRIAL}, "This is not the number of one of your trials."),
    ({**MAIL, "trial": "lungs"}, "This is not the number of one of your trials."),
    ({**MAIL, "address": "team"}, "This is not a mail address."),
    ({**MAIL, "address": "team@example.org\r\nBcc: eve@example.org"}, "This is not a mail address."),
    ({**HOOK, "address": "http://hooks.example.org/"}, "A webhook has to begin with https."),
    ({**HOOK, "address": "https://10.0.0.7/"}, "This address is inside the own network."),
    ({**HOOK, "address": "javascript:alert(1)"}, "This is not a URL that notifications can be sent to."),
    ({**HOOK, "address": "https://hooks.example.org/" + "x" * 500}, "This is not a URL that notifications can be sent to."),
    ({**HOOK, "kind": "pigeon"}, "This is not a URL that notifications can be sent to."),
])  # fmt: skip
async def test_what_cannot_be_a_receiver_is_told_and_what_was_written_is_kept(
    house: House, manager: Guest, form: dict[str, str], said: str
) -> None:
    status, page = await manager.post(f"{ROOM}/targets", form)
    assert status == 422
    assert said in page
    assert f'value="{form["trial"].upper()}"' in page
    assert targets(house) == []
    assert audited(house) == []


async def test_a_network_of_ones_own_can_be_allowed(house: House, manager: Guest) -> None:
    house.app[OUTBOX].webhooks._networks = networks_of("10.0.0.0/8")
    assert (await manager.post(f"{ROOM}/targets", {**HOOK, "address": "https://10.0.0.7/"}))[0] == 200


async def test_a_receiver_is_switched_off_and_on_again(house: House, manager: Guest) -> None:
    target = told(house)
    status, page = await manager.post(f"{ROOM}/targets/{target.id}/off")
    assert status == 200
    assert "The receiver is switched off." in page
    assert [one.active for one in targets(house)] == [False]
    await manager.post(f"{ROOM}/targets/{target.id}/on")
    assert [one.active for one in targets(house)] == [True]
    assert [action for action, _, _ in audited(house)] == ["delivery_target_switched_off", "delivery_target_switched_on"]


async def test_a_test_is_sent_and_its_fate_can_be_read(house: House, manager: Guest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house.app[OUTBOX], "_mailer", None)
    target = told(house)
    _, page = await manager.post(f"{ROOM}/targets/{target.id}/test")
    assert "A test is on its way" in page
    await house.app[OUTBOX].send_due()
    _, page = await manager.get(ROOM)
    assert "there is no mail server; set TRIALCHAT_SMTP_URL" in page
    assert "Mail cannot be sent yet." in page
    assert "Waiting" in page
    assert audited(house) == [("delivery_target_tested", str(target.id), TRIAL)]


async def test_something_is_sent_again(house: House, manager: Guest) -> None:
    target = told(house)
    with house.store.unit() as unit:
        delivery = unit.enqueue("test", target.id, {"trial_id": TRIAL}, at=house.clock())
        unit.end_delivery(delivery, "given_up", at=house.clock(), problem="the mail server answered 451")
    _, page = await manager.get(ROOM)
    assert "Given up" in page
    await manager.post(f"{ROOM}/{delivery.id}/again")
    with house.store.reading() as unit:
        ((found, _),) = unit.deliveries()
    assert (found.outcome, found.attempts, found.key) == ("waiting", 0, delivery.key)
    assert audited(house) == [("delivery_sent_again", str(delivery.id), TRIAL)]


async def test_nothing_is_sent_to_who_is_switched_off(house: House, manager: Guest) -> None:
    target = told(house)
    with house.store.unit() as unit:
        delivery = unit.enqueue("test", target.id, {"trial_id": TRIAL}, at=house.clock())
        unit.set_target_active(target.id, False)
    assert (await manager.post(f"{ROOM}/targets/{target.id}/test"))[0] == 404
    assert (await manager.post(f"{ROOM}/{delivery.id}/again"))[0] == 404


async def test_what_told_of_an_erased_conversation_is_not_sent_again(house: House, manager: Guest) -> None:
    target, conversation = told(house), house.conversation()
    with house.store.unit() as unit:
        delivery = unit.enqueue("handoff.created", target.id, {"trial_id": TRIAL}, at=house.clock(), conversation_id=conversation)
        unit.end_delivery(delivery, "delivered", at=house.clock())
    again = f"{ROOM}/{delivery.id}/again"
    assert again in (await manager.get(ROOM))[1]
    with house.store.unit() as unit:
        unit.erase_conversation(conversation, by="patient", at=house.clock())
    _, page = await manager.get(ROOM)
    assert "Delivered" in page
    assert again not in page
    assert (await manager.post(again))[0] == 404
    with house.store.reading() as unit:
        ((found, _),) = unit.deliveries()
    assert (found.outcome, found.done_at) == ("delivered", house.clock())
    assert audited(house) == []


@pytest.mark.parametrize("trial", [OTHER_TRIAL, None])
async def test_what_is_of_others_trials_is_neither_seen_nor_changed(house: House, manager: Guest, trial: str | None) -> None:
    target = told(house, trial, "others@example.org")
    with house.store.unit() as unit:
        delivery = unit.enqueue("test", target.id, {"trial_id": trial}, at=house.clock())
    _, page = await manager.get(ROOM)
    assert "others@example.org" not in page
    for path in (*(f"{ROOM}/targets/{target.id}/{change}" for change in ("off", "on", "test")), f"{ROOM}/{delivery.id}/again"):
        assert (await manager.post(path))[0] == 404
    assert [one.active for one in targets(house)] == [True]
    assert audited(house) == []


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.AUDITOR])
async def test_the_room_is_for_who_manages_trials(house: House, sign_in: SignIn, role: Role) -> None:
    target = told(house)
    guest = await sign_in(role)
    assert (await guest.get(ROOM))[0] == 403
    assert (await guest.post(f"{ROOM}/targets/{target.id}/off"))[0] == 403
    assert [one.active for one in targets(house)] == [True]


@pytest.mark.parametrize("number", ["0", "999999999", "9" * 30, "-1", "one", "²"])
async def test_a_number_that_nothing_has_is_not_found(manager: Guest, number: str) -> None:
    assert (await manager.post(f"{ROOM}/targets/{number}/off"))[0] == 404
    assert (await manager.post(f"{ROOM}/{number}/again"))[0] == 404


async def test_the_log_is_read_page_by_page(house: House, manager: Guest) -> None:
    target = told(house)
    with house.store.unit() as unit:
        for number in range(60):
            unit.enqueue("test", target.id, {"trial_id": TRIAL, "number": number}, at=house.clock())
    _, page = await manager.get(ROOM)
    seen = [int(number) for number in re.findall(r"\(number (\d+)\)", page)]
    assert len(seen) == 50
    older = re.search(r'href="(/console/deliveries\?before=\d+)', page)
    assert older is not None
    _, page = await manager.get(older[1])
    seen += [int(number) for number in re.findall(r"\(number (\d+)\)", page)]
    assert seen == list(range(60, 0, -1))
    assert "Older" not in page
    for wrong in ("-1", "x", "9" * 30, "²"):
        assert (await manager.get(f"{ROOM}?before={wrong}"))[0] == 200


async def test_the_log_outlives_an_erasure(house: House, sign_in: SignIn) -> None:
    conversation = with_everything(house)
    with house.store.unit() as unit:
        unit.erase_conversation(conversation, by="patient", at=house.clock())
    status, page = await (await sign_in(Role.ADMINISTRATOR)).get("/console/deliveries")
    assert status == 200
    assert "a@example.org" in page
    assert conversation not in page


def ticked(page: str) -> set[str]:
    """The events that are ticked on a page."""
    return set(re.findall(r'name="events" value="([a-z.]+)" checked', page))


async def test_a_webhook_is_added_for_the_events_that_were_chosen(house: House, manager: Guest) -> None:
    events = ["screening.finished", "conversation.erased", "nonsense"]
    form = [*((name, value) for name, value in HOOK.items() if name != "events"), *(("events", event) for event in events)]
    assert (await manager.post(f"{ROOM}/targets", form))[0] == 200
    (target,) = targets(house)
    assert target.events == {"screening.finished", "conversation.erased"}
    _, page = await manager.get(ROOM)
    assert "A screening came to a result<br>A conversation was erased" in page
    with house.store.reading() as unit:
        (entry,) = unit.audit_entries(action="delivery_target_added")
    assert entry.detail == {"kind": "webhook", "events": ["conversation.erased", "screening.finished"]}


async def test_at_first_that_is_ticked_which_somebody_has_to_look_after(manager: Guest) -> None:
    _, page = await manager.get(ROOM)
    assert ticked(page) == {"handoff.created", "handoff.changed", "handoff.withdrawn", "conversation.waiting"}


@pytest.mark.parametrize(("form", "said"), [
    ({**HOOK, "events": ""}, "Please choose at least one event."),
    ({**MAIL, "events": "nonsense"}, "Please choose at least one event."),
    ({**MAIL, "events": "screening.finished"}, "There is no mail about some of these events."),
    ({**MAIL, "events": "test"}, "Please choose at least one event."),
])  # fmt: skip
async def test_what_cannot_be_chosen_is_told(house: House, manager: Guest, form: dict[str, str], said: str) -> None:
    status, page = await manager.post(f"{ROOM}/targets", form)
    assert status == 422
    assert said in page
    assert ticked(page) == {form["events"]} & {"screening.finished"}
    assert targets(house) == []


async def test_a_file_in_place_of_an_event_is_none(house: House, manager: Guest) -> None:
    form = [*((name, value) for name, value in HOOK.items() if name != "events"), ("events", io.BytesIO(b"handoff.created"))]
    status, page = await manager.post(f"{ROOM}/targets", form)
    assert status == 422
    assert "Please choose at least one event." in page
    assert targets(house) == []


async def test_what_a_receiver_is_told_is_chosen_anew(house: House, manager: Guest) -> None:
    await manager.post(f"{ROOM}/targets", HOOK)
    (target,) = targets(house)
    path = f"{ROOM}/targets/{target.id}/choice"
    assert path in (await manager.get(ROOM))[1]
    _, page = await manager.get(path)
    assert ticked(page) == {"handoff.created"}
    assert "conversation.erased" in page
    status, page = await manager.post(path, [("events", "conversation.erased"), ("events", "conversation.flagged")])
    assert status == 200
    assert "What the receiver is told is saved." in page
    assert targets(house)[0].events == {"conversation.erased", "conversation.flagged"}
    status, page = await manager.post(path)
    assert status == 422
    assert "Please choose at least one event." in page
    assert targets(house)[0].events == {"conversation.erased", "conversation.flagged"}
    assert [entry[0] for entry in audited(house)] == ["delivery_target_added", "delivery_target_chose"]


async def test_a_mail_address_is_offered_what_there_are_words_for(house: House, manager: Guest) -> None:
    target = told(house)
    path = f"{ROOM}/targets/{target.id}/choice"
    _, page = await manager.get(path)
    assert "screening.finished" not in page
    status, page = await manager.post(path, {"events": "screening.finished"})
    assert status == 422
    assert targets(house)[0].events == target.events


@pytest.mark.parametrize("trial", [OTHER_TRIAL, None])
async def test_what_others_receivers_are_told_is_neither_seen_nor_changed(house: House, manager: Guest, trial: str | None) -> None:
    target = told(house, trial, "others@example.org")
    path = f"{ROOM}/targets/{target.id}/choice"
    assert (await manager.get(path))[0] == 404
    assert (await manager.post(path, CREATED))[0] == 404
    assert targets(house)[0].events == target.events


async def test_the_log_says_what_was_answered_last(house: House, manager: Guest) -> None:
    target = told(house)
    with house.store.unit() as unit:
        delivery = unit.enqueue("handoff.created", target.id, {"trial_id": TRIAL}, at=house.clock())
        unit.end_delivery(delivery, "given_up", at=house.clock(), problem="the receiver answered 418", status=418)
    _, page = await manager.get(ROOM)
    assert '<td class="number">418</td>' in page
    assert "What was sent is shown for 30 days." in page


async def test_the_log_is_narrowed_and_stays_so_from_page_to_page(house: House, manager: Guest) -> None:
    target, other = told(house), told(house, address="second@example.org")
    with house.store.unit() as unit:
        for number in range(60):
            for to in (target, other):
                delivery = unit.enqueue("handoff.created" if number % 4 else "test", to.id, {"trial_id": TRIAL}, at=house.clock())
                if number % 10:
                    unit.end_delivery(delivery, "delivered", at=house.clock())

    def numbers(page: str) -> list[int]:
        return [int(number) for number in re.findall(r"\(number (\d+)\)", page)]

    _, page = await manager.get(f"{ROOM}?target={other.id}&event=&outcome=")
    older = re.search(r'href="(/console/deliveries\?target=\d+&amp;before=\d+)#log"', page)
    assert older is not None
    seen = numbers(page)
    _, page = await manager.get(older[1].replace("&amp;", "&"))
    seen += numbers(page)
    assert seen == list(range(120, 0, -2))
    assert f'href="/console/deliveries?target={other.id}#log"' in page
    _, page = await manager.get(f"{ROOM}?outcome=waiting&event=test")
    assert len(numbers(page)) == 6
    assert page.count("Try now") == 6
    assert "Show everything" in page
    _, page = await manager.get(f"{ROOM}?outcome=given_up")
    assert "There is nothing like that." in page
    for wrong in ("target=x", "target=-1", f"target={'9' * 30}", "event=nonsense", "outcome=nonsense", "target=²"):
        status, page = await manager.get(f"{ROOM}?{wrong}")
        assert (status, len(numbers(page))) == (200, 50)


async def test_nobody_narrows_their_way_to_others_receivers(house: House, manager: Guest) -> None:
    others = told(house, OTHER_TRIAL, "others@example.org")
    with house.store.unit() as unit:
        unit.enqueue("test", others.id, {"trial_id": OTHER_TRIAL}, at=house.clock())
    _, page = await manager.get(f"{ROOM}?target={others.id}")
    assert "others@example.org" not in page
    assert "There is nothing like that." in page


async def test_an_erasure_in_the_log_names_no_conversation(house: House, sign_in: SignIn) -> None:
    with house.store.unit() as unit:
        unit.add_delivery_target(
            trial_id=TRIAL, kind="webhook", address="https://x.example.org", secret="s", at=house.clock(), events=CHOICES
        )
    conversation = house.conversation("yes")
    Erasures(house.store, lambda _: None, house.clock).erase(conversation, by=PATIENT)
    guest = await sign_in(Role.ADMINISTRATOR)
    _, page = await guest.get(ROOM)
    assert "A conversation was erased</td>" in page
    assert conversation not in page
