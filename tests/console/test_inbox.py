"""The inbox: what is listed for whom, filters and searches, work on several conversations, saved lists."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from bot.accounts.roles import Role
from bot.conversations.erasing import PATIENT, erase
from bot.store import Conversation
from bot.store.work import LONGEST_REASON
from bot.web.changes import CHANGES
from tests.console.conftest import SignIn
from tests.console.house import OTHER_TRIAL, TRIAL, Guest, House
from tests.store.asking import asks

INBOX = "/console/inbox"


def shown(page: str) -> list[str]:
    """The conversations of a page, in order."""
    return re.findall(r'<tr role="row" id="c-([0-9a-f]{32})"', page)


def now(house: House, name: str) -> Conversation:
    with house.store.reading() as unit:
        found = unit.conversation(name)
    assert found is not None
    return found


def audited(house: House, action: str) -> list[Any]:
    with house.store.reading() as unit:
        return [entry for entry in unit.audit_entries() if entry.action == action]


async def test_conversations_of_ones_trials_are_listed_latest_first_and_no_others(house: House, sign_in: SignIn) -> None:
    first = house.conversation("hello")
    house.clock.move(minutes=1)
    with house.store.unit() as unit:
        other, search = (unit.open_conversation(channel="widget", at=house.clock(), trial_id=trial).id for trial in (OTHER_TRIAL, None))
    house.clock.move(minutes=1)
    second = house.conversation("hello")
    assert shown((await (await sign_in()).get(INBOX))[1]) == [second, first]
    everything = shown((await (await sign_in(Role.ADMINISTRATOR)).get(INBOX))[1])
    assert everything[0] == second
    assert set(everything) == {first, second, other, search}


async def test_an_inbox_without_conversations_says_so(sign_in: SignIn) -> None:
    status, page = await (await sign_in()).get(INBOX)
    assert status == 200
    assert "There is no conversation yet in the trials that you work with." in page
    _, page = await (await sign_in()).get(f"{INBOX}?status=called")
    assert "No conversation fits these filters." in page


async def test_nothing_that_was_said_is_on_the_page(house: House, sign_in: SignIn) -> None:
    house.conversation("hello", "yes", "my secretword is 61")
    for role in Role:
        guest = await sign_in(role, trials=(TRIAL,))
        assert "secretword" not in (await guest.get(INBOX))[1]
        assert "secretword" not in (await guest.get(f"{INBOX}/list"))[1]


async def test_filters_stand_in_the_address_and_each_can_be_taken_off(house: House, sign_in: SignIn) -> None:
    guest = await sign_in()
    mine, other = house.conversation("hello"), house.conversation("hello")
    with house.store.unit() as unit:
        unit.set_status(mine, "to_call", house.clock())
        unit.set_status(other, "called", house.clock())
    _, page = await guest.get(f"{INBOX}?status=to_call&channel=widget")
    assert shown(page) == [mine]
    assert 'href="/console/inbox?channel=widget"' in page
    assert 'href="/console/inbox?status=to_call"' in page
    assert '<option value="to_call" selected>' in page


async def test_what_a_form_leaves_open_is_left_out_of_the_address(house: House, sign_in: SignIn) -> None:
    guest = await sign_in()
    async with guest.session.get(f"{INBOX}?trial=&status=called&who=&since=", allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (303, f"{INBOX}?status=called")


@pytest.mark.parametrize(
    "query",
    [
        "stage=nowhere",
        "verdict=certain",
        "status=lost",
        "who=somebody",
        "waiting=no",
        "since=2026-13-01",
        "until=yesterday",
        "until=9999-12-31",
        "channel=%3Cscript%3E",
        "tag=" + "x" * 41,
        # What is searched for stands in no address as it is.
        "words=asthma",
        "search=" + "x" * 2_001,
        "older=1",
        "older=999999999999999999-ab",
        "newer=1-xyz",
        "&".join(f"trial=NCT{number:08}" for number in range(51)),
        "trial=NCT1",
        "trial=nonsense",
        "trial=" + "x" * 40,
    ],
)
async def test_an_address_that_no_page_leads_to_is_not_understood(sign_in: SignIn, query: str) -> None:
    # Of all trials: nothing is refused for being somebody else's.
    guest = await sign_in(Role.ADMINISTRATOR)
    for path in (INBOX, f"{INBOX}/list"):
        status, page = await guest.get(f"{path}?{query}")
        assert status == 400
        assert "Nothing was changed" in page


async def test_another_trial_in_the_address_shows_nothing_of_it(house: House, sign_in: SignIn) -> None:
    with house.store.unit() as unit:
        for trial in (OTHER_TRIAL, None):
            unit.open_conversation(channel="widget", at=house.clock(), trial_id=trial)
    guest = await sign_in()
    assert shown((await guest.get(f"{INBOX}?trial={OTHER_TRIAL}&trial=none"))[1]) == []


async def test_pages_lead_to_older_ones_and_back(house: House, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.inbox.A_PAGE", 2)
    names = []
    for _ in range(5):
        names.append(house.conversation())
        house.clock.move(minutes=1)
    names.reverse()
    guest = await sign_in()
    pages, address = [], INBOX
    while address:
        _, page = await guest.get(address)
        pages.append(shown(page))
        found = re.search(r'href="([^"]+)" rel="next"', page)
        address = found[1].replace("&amp;", "&") if found else ""
    assert pages == [names[:2], names[2:4], names[4:]]
    back = re.search(r'href="([^"]+)" rel="prev"', page)
    assert back is not None
    assert shown((await guest.get(back[1].replace("&amp;", "&")))[1]) == names[2:4]


async def searched(guest: Guest, **fields: str) -> str:
    """Fill the filters in; the address to which that leads."""
    async with guest.session.post(f"{INBOX}/search", data={"csrf": guest.csrf, **fields}, allow_redirects=False) as response:
        assert response.status == 303
        return response.headers["Location"]


async def test_a_search_finds_what_was_said_and_is_audited_without_its_words(house: House, sign_in: SignIn) -> None:
    found = house.conversation("hello", "I have Diabétes")
    house.conversation("hello", "I have diabetes", trial=OTHER_TRIAL)
    house.conversation("hello", "I have a cold")
    guest = await sign_in()
    assert shown((await guest.post(f"{INBOX}/search", words="have diab"))[1]) == [found]
    (entry,) = audited(house, "searched")
    assert (entry.object_kind, entry.detail) == ("inbox", {"words": 2})
    assert "diab" not in repr(entry)


async def test_a_search_for_no_word_says_so_and_is_none(house: House, sign_in: SignIn) -> None:
    _, page = await (await sign_in()).post(f"{INBOX}/search", words="!!", status="new")
    assert "There is no word in this search." in page
    assert '<option value="new" selected>' in page
    assert audited(house, "searched") == []


async def test_who_may_not_reveal_may_not_search(house: House, sign_in: SignIn) -> None:
    house.conversation("hello", "I have diabetes")
    auditor = await sign_in(Role.AUDITOR)
    assert (await auditor.post(f"{INBOX}/search", words="diabetes"))[0] == 403
    assert 'name="words"' not in (await auditor.get(INBOX))[1]
    assert audited(house, "searched") == []


async def test_the_list_that_renews_itself_does_not_search(sign_in: SignIn) -> None:
    guest = await sign_in()
    address = await searched(guest, words="diabetes")
    assert (await guest.get(address.replace(INBOX, f"{INBOX}/list")))[0] == 400
    assert "hx-get" not in (await guest.get(address))[1]


async def test_no_address_shows_what_is_searched_for(house: House, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.inbox.A_PAGE", 2)
    names = []
    for _ in range(3):
        names.append(house.conversation("hello", "I have diabetes"))
        house.clock.move(minutes=1)
    guest = await sign_in()
    address = await searched(guest, words="diabetes", status="new", who="")
    assert address.startswith(f"{INBOX}?search=")
    assert address.endswith("&status=new")
    _, page = await guest.get(address)
    assert 'value="diabetes"' in page
    assert "Said: diabetes" in page
    addresses = re.findall(r'(?:href|action|name="(?:query|back)" value)="([^"]*)', page)
    assert not [one for one in addresses if "diabetes" in one]
    # Page by page, after work on some, and without one of the filters, it is the same search.
    older = re.search(r'href="([^"]+)" rel="next"', page)
    assert older is not None
    assert shown((await guest.get(older[1].replace("&amp;", "&")))[1]) == [names[0]]
    back = address.partition("?")[2]
    _, page = await guest.post(f"{INBOX}/work", pick=names[0], do="assign", to="me", back=back)
    assert "1 conversation assigned." in page
    assert "Said: diabetes" in page
    assert f'href="{INBOX}?status=new"' in page


async def test_a_search_is_good_in_the_session_in_which_it_was_asked_for(house: House, sign_in: SignIn) -> None:
    name = house.conversation("hello", "I have diabetes")
    guest, other = await sign_in(), await sign_in()
    address = await searched(guest, words="diabetes", status="new")
    assert shown((await guest.get(address))[1]) == [name]
    before = len(audited(house, "searched"))
    for made_up in (address, f"{INBOX}?search=made+up&status=new", f"{INBOX}?search={house.console.sealer.seal('x')}&status=new"):
        status, page = await other.get(made_up)
        assert status == 200
        assert "belonged to an earlier session" in page
        assert '<option value="new" selected>' in page
        assert (await other.post(f"{INBOX}/work", pick=name, do="assign", to="me", back=made_up.partition("?")[2]))[0] == 400
    assert len(audited(house, "searched")) == before


async def test_a_search_may_be_long_and_not_longer(house: House, sign_in: SignIn) -> None:
    guest = await sign_in()
    assert (await guest.post(f"{INBOX}/search", words="𝒳" * 201))[0] == 400
    status, page = await guest.post(f"{INBOX}/search", words="語" * 200)
    assert status == 200
    assert "Said: 語" in page


async def test_danger_and_waiting_are_marked(house: House, sign_in: SignIn) -> None:
    name = house.conversation("hello")
    with house.store.unit() as unit:
        unit._session.connection().exec_driver_sql("UPDATE messages SET intent = 'safety_crisis' WHERE who = 'patient'")
        unit._locked(name).waiting_since = house.clock()
    house.clock.move(minutes=90)
    _, page = await (await sign_in()).get(f"{INBOX}?waiting=yes")
    assert shown(page) == [name]
    assert "Crisis" in page
    assert "Waiting: 1 h" in page


async def test_the_picked_are_given_to_whoever_does_it(house: House, sign_in: SignIn) -> None:
    names = [house.conversation(), house.conversation()]
    guest = await sign_in()
    status, page = await guest.post(f"{INBOX}/work", [*(("pick", name) for name in names), ("do", "assign"), ("to", "me")])
    assert status == 200
    assert "2 conversations assigned." in page
    entries = audited(house, "assigned")
    assert {entry.object_id for entry in entries} == set(names)
    assert {entry.trial_id for entry in entries} == {TRIAL}
    assert {f"account:{now(house, name).assigned_to}" for name in names} == {entries[0].actor}


async def test_doing_it_again_changes_and_audits_nothing(house: House, sign_in: SignIn) -> None:
    name, guest = house.conversation(), await sign_in()
    for _ in range(2):
        _, page = await guest.post(f"{INBOX}/work", pick=name, do="add_tag", tag="Call back")
        assert "Tag added to 1 conversation." in page
    assert len(audited(house, "tag_added")) == 1
    await guest.post(f"{INBOX}/work", pick=name, do="remove_tag", tag="call back")
    (entry,) = audited(house, "tag_removed")
    assert "call back" not in repr(entry).casefold()


async def test_conversations_of_other_trials_are_left_as_they_were(house: House, sign_in: SignIn) -> None:
    mine, other = house.conversation(), house.conversation(trial=OTHER_TRIAL)
    guest = await sign_in()
    for fields in ({"do": "status", "status": "called"}, {"do": "add_tag", "tag": "x"}, {"do": "assign", "to": "me"}):
        picks = [("pick", mine), ("pick", other), ("pick", "f" * 32), *fields.items()]
        _, page = await guest.post(f"{INBOX}/work", picks)
        assert "2 were left as they were." in page
    assert now(house, mine).status == "called"
    assert (now(house, other).status, now(house, other).assigned_to) == ("new", None)
    with house.store.reading() as unit:
        assert (unit.tags(mine), unit.tags(other)) == (("x",), ())
        assert unit.audit_entries(object_kind="conversation", object_id=other) == []


async def test_a_hand_off_that_turned_to_other_trials_is_listed_and_given_to_whoever_is_to_call(house: House, sign_in: SignIn) -> None:
    name, guest = house.conversation(), await sign_in()
    colleague, elsewhere = house.account(), house.account(trials=(OTHER_TRIAL,))
    with house.store.unit() as unit:
        asks(unit, name, TRIAL, house.clock())
        unit.turn_conversation(name, OTHER_TRIAL)
    for query in ("", f"?trial={TRIAL}"):
        _, page = await guest.get(f"{INBOX}{query}")
        assert shown(page) == [name]
        # What it is about now is shown as it is.
        assert OTHER_TRIAL in page
    _, page = await guest.post(f"{INBOX}/work", pick=name, do="assign", to="me")
    assert "1 conversation assigned." in page
    _, page = await guest.get(f"/console/conversations/{name}")
    assert f'<option value="{colleague.id}"' in page
    assert f'<option value="{elsewhere.id}"' not in page
    await guest.post(f"/console/conversations/{name}/assign", account=str(colleague.id))
    assert now(house, name).assigned_to == colleague.id
    await guest.post(f"/console/conversations/{name}/assign", account=str(elsewhere.id))
    assert now(house, name).assigned_to == colleague.id


async def test_nobody_is_given_what_they_may_not_see_or_work_with(house: House, sign_in: SignIn) -> None:
    name, guest = house.conversation(), await sign_in(Role.ADMINISTRATOR)
    elsewhere, auditor = house.account(trials=(OTHER_TRIAL,)), house.account(Role.AUDITOR)
    for to in (elsewhere.id, auditor.id, 9999):
        _, page = await guest.post(f"{INBOX}/work", pick=name, do="assign", to=str(to))
        assert "0 conversations assigned. 1 was left as it was." in page
    assert now(house, name).assigned_to is None
    fitting = house.account(trials=(TRIAL,))
    await guest.post(f"{INBOX}/work", pick=name, do="assign", to=str(fitting.id))
    assert now(house, name).assigned_to == fitting.id
    await guest.post(f"{INBOX}/work", pick=name, do="assign", to="nobody")
    assert now(house, name).assigned_to is None
    assert audited(house, "unassigned")[0].detail == {"before": fitting.id}


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"do": "assign", "to": "me"}, "No conversation is selected."),
        ({"pick": "", "do": "assign", "to": "everybody"}, "Please choose a person."),
        ({"pick": "", "do": "status", "status": "lost"}, "Please choose a status."),
        ({"pick": "", "do": "status", "status": "closed", "because": " "}, "Please give a reason for closing."),
        ({"pick": "", "do": "add_tag", "tag": " "}, "A tag has 1 to 40 characters."),
        ({"pick": "", "do": "remove_tag", "tag": "x" * 41}, "A tag has 1 to 40 characters."),
    ],
)
async def test_what_is_missing_is_said_and_nothing_changes(house: House, sign_in: SignIn, fields: dict[str, str], says: str) -> None:
    name, guest = house.conversation(), await sign_in()
    before = now(house, name)
    status, page = await guest.post(f"{INBOX}/work", fields | ({"pick": name} if "pick" in fields else {}), back="status=new")
    assert status == 200
    assert says in page
    assert shown(page) == [name]
    assert now(house, name) == before


async def test_a_reason_for_closing_is_kept_and_not_audited(house: House, sign_in: SignIn) -> None:
    name, guest = house.conversation(), await sign_in()
    await guest.post(f"{INBOX}/work", pick=name, do="status", status="closed", because="moved away" + "x" * 300)
    assert now(house, name).closed_because == ("moved away" + "x" * 300)[:LONGEST_REASON]
    (entry,) = audited(house, "status_set")
    assert entry.detail == {"status": "closed", "before": "new"}


@pytest.mark.parametrize("form", [{"do": "erase"}, {}, {"do": "assign", "to": "me", "back": "stage=nowhere"}])
async def test_a_form_that_no_page_has_is_not_understood(house: House, sign_in: SignIn, form: dict[str, str]) -> None:
    name, guest = house.conversation(), await sign_in()
    assert (await guest.post(f"{INBOX}/work", form, pick=name))[0] == 400


async def test_more_than_a_page_is_not_changed_at_once(house: House, sign_in: SignIn) -> None:
    guest = await sign_in()
    picks = [*(("pick", f"{number:032x}") for number in range(51)), ("do", "assign"), ("to", "me")]
    assert (await guest.post(f"{INBOX}/work", picks))[0] == 400


async def test_the_way_back_leads_nowhere_else(house: House, sign_in: SignIn) -> None:
    name, guest = house.conversation(), await sign_in()
    form = {"csrf": guest.csrf, "pick": name, "do": "assign", "to": "me", "back": "https://elsewhere.example/?status=new&next=//elsewhere"}
    async with guest.session.post(f"{INBOX}/work", data=form, allow_redirects=False) as response:
        assert response.headers["Location"] == f"{INBOX}?done=assign&n=1&left=0"


async def test_an_auditor_looks_on_and_changes_nothing(house: House, sign_in: SignIn) -> None:
    name, auditor = house.conversation(), await sign_in(Role.AUDITOR)
    _, page = await auditor.get(INBOX)
    assert shown(page) == [name]
    assert 'name="pick"' not in page
    assert (await auditor.post(f"{INBOX}/work", pick=name, do="assign", to="me"))[0] == 403


async def test_filters_are_saved_as_a_list_and_forgotten(house: House, sign_in: SignIn) -> None:
    guest = await sign_in(Role.AUDITOR)
    _, page = await guest.post(f"{INBOX}/views", name="To <b>call</b>", query="status=to_call&older=1-a&evil=1")
    assert "The list is saved." in page
    assert "To &lt;b&gt;call&lt;/b&gt;" in page
    assert 'href="/console/inbox?status=to_call" aria-current="page"' in page
    found = re.search(r"/console/inbox/views/(\d+)/delete", page)
    assert found is not None
    _, page = await guest.post(found[0])
    assert "The list is deleted." in page
    assert "To &lt;b&gt;" not in page
    assert (await guest.post(found[0]))[0] == 404


async def test_what_was_searched_for_is_not_kept_in_a_list(house: House, sign_in: SignIn) -> None:
    guest = await sign_in()
    address = await searched(guest, words="diabetes", status="new")
    _, page = await guest.get(address)
    assert "The words of a search are not kept in a list." in page
    _, page = await guest.post(f"{INBOX}/views", name="To call", query=address.partition("?")[2])
    assert "The list is saved." in page
    with house.store.reading() as unit:
        views = [view for account in unit.accounts() for view in unit.saved_views(account.id)]
    assert [view.query for view in views] == ["status=new"]
    _, page = await guest.post(f"{INBOX}/views", name="Words", query=(await searched(guest, words="diabetes")).partition("?")[2])
    assert "Please set a filter, other than words to search for" in page


@pytest.mark.parametrize("form", [{"name": " ", "query": "status=new"}, {"name": "All", "query": ""}, {"query": "status=new"}])
async def test_a_list_needs_a_name_and_a_filter(sign_in: SignIn, form: dict[str, str]) -> None:
    _, page = await (await sign_in()).post(f"{INBOX}/views", form)
    assert "Please set a filter, other than words to search for, and give the list a name." in page


async def test_lists_of_others_are_neither_seen_nor_deleted(house: House, sign_in: SignIn) -> None:
    ann, bob = await sign_in(), await sign_in()
    _, page = await ann.post(f"{INBOX}/views", name="Anns list", query="status=new")
    found = re.search(r"/console/inbox/views/(\d+)/delete", page)
    assert found is not None
    assert "Anns list" not in (await bob.get(INBOX))[1]
    assert (await bob.post(found[0]))[0] == 404
    assert "Anns list" in (await ann.get(INBOX))[1]


async def test_what_people_wrote_is_text_wherever_it_stands(house: House, sign_in: SignIn) -> None:
    name, guest = house.conversation(), await sign_in()
    evil = "<img src=x onerror=alert(1)>"
    await guest.post(f"{INBOX}/work", pick=name, do="add_tag", tag=evil)
    await guest.post(f"{INBOX}/views", name=evil, query="status=new")
    for path in (INBOX, f"{INBOX}?tag=%3Cimg+src%3Dx+onerror%3Dalert%281%29%3E", await searched(guest, words="<img src=x>")):
        status, page = await guest.get(path)
        assert status == 200
        assert "<img src=x" not in page
        assert "&lt;img src=x" in page


class Stream:
    """The events that a browser receives."""

    def __init__(self, guest: Guest) -> None:
        self._opened = guest.session.get(f"{INBOX}/events")

    async def __aenter__(self) -> Stream:
        self._response = await self._opened.__aenter__()
        assert self._response.content_type == "text/event-stream"
        assert self._response.headers["Cache-Control"] == "no-store"
        assert await self.next() == ": here"
        # What changed since the page was made, nobody can tell: it asks anew, and no news are read out.
        assert await self.next() == "event: changed\ndata:"
        return self

    async def __aexit__(self, *problem: object) -> None:
        self._response.close()

    async def next(self) -> str:
        """The next event, or comment; empty at the end."""
        found = (await self._response.content.readuntil(b"\n\n")).decode()
        return found.strip()

    async def rest(self) -> str:
        return (await self._response.content.read()).decode()


async def listened_to(house: House) -> None:
    """Wait until changes are looked for: until then, one would be no news."""
    while not house.app[CHANGES]._known:
        await asyncio.sleep(0.01)


def change(house: House, *names: str) -> None:
    house.clock.move(seconds=1)
    with house.store.unit() as unit:
        for name in names:
            unit.touch(name, house.clock())


async def test_who_looks_on_is_told_how_many_conversations_changed(house: House, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.web.console.live.APART", 0.01)
    names = [house.conversation() for _ in range(3)]
    async with Stream(await sign_in()) as stream:
        await listened_to(house)
        change(house, *names)
        assert await stream.next() == "event: changed\ndata: 3 conversations changed at 09:00:01."
        change(house, names[0])
        assert await stream.next() == "event: changed\ndata: 1 conversation changed at 09:00:02."


async def test_the_list_is_renewed_where_something_was_erased_and_nobody_is_told_whose_it_was(house: House, sign_in: SignIn) -> None:
    conversation = house.conversation(trial=OTHER_TRIAL)
    async with Stream(await sign_in()) as stream:
        with house.store.unit() as unit:
            erase(unit, conversation, by=PATIENT, at=house.clock())
        assert await stream.next() == "event: changed\ndata:"


async def test_nobody_is_told_of_conversations_of_other_trials(house: House, sign_in: SignIn) -> None:
    mine, other = house.conversation(), house.conversation(trial=OTHER_TRIAL)
    async with Stream(await sign_in()) as stream, Stream(await sign_in(trials=(OTHER_TRIAL,))) as elsewhere:
        await listened_to(house)
        change(house, mine)
        assert "1 conversation changed at 09:00:01." in await stream.next()
        change(house, other)
        assert "1 conversation changed at 09:00:02." in await elsewhere.next()


async def test_a_quiet_stream_shows_that_it_is_alive(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.web.console.live.KEEP_ALIVE", 0.01)
    async with Stream(await sign_in()) as stream:
        assert [await stream.next() for _ in range(3)] == [": here"] * 3


async def test_a_stream_ends_with_the_session(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.web.console.live.KEEP_ALIVE", 0.01)
    guest = await sign_in()
    async with Stream(guest) as stream:
        await guest.post("/console/sign-out")
        change_of_session = await stream.rest()
    assert change_of_session.endswith("event: ended\ndata: \n\n")


async def test_a_stream_ends_when_the_app_stops(house: House, sign_in: SignIn) -> None:
    async with Stream(await sign_in()) as stream:
        await house.app.shutdown()
        assert await stream.rest() == ""


async def test_what_a_page_asks_by_itself_keeps_no_session_awake(house: House, sign_in: SignIn) -> None:
    guest = await sign_in()
    for _ in range(2):
        house.clock.move(minutes=25)
        assert (await guest.get(f"{INBOX}/list"))[0] == 200
    house.clock.move(minutes=11)
    headers = {"HX-Request": "true", "HX-Current-URL": f"{house.url}console/inbox?status=new"}
    async with guest.session.get(f"{INBOX}/list", headers=headers) as response:
        assert response.headers["HX-Redirect"] == "/console/sign-in?next=%2Fconsole%2Finbox%3Fstatus%3Dnew"
        assert await response.text() == ""


async def test_what_somebody_asks_for_keeps_the_session_awake(house: House, sign_in: SignIn) -> None:
    guest = await sign_in()
    for _ in range(3):
        house.clock.move(minutes=50)
        assert "<h1>Inbox</h1>" in (await guest.get(INBOX))[1]
