"""Work on conversations: status, who has it, tags, and the lists that people save."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.store import Conversation, Store, StoreError, UnknownConversationError
from bot.store.saved_views import MOST_VIEWS
from bot.store.work import NotATagError, as_tag

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
TRIAL, OTHER = "NCT00000001", "NCT00000002"


def _conversation(store: Store) -> str:
    with store.unit() as unit:
        return unit.open_conversation(channel="widget", at=NOON, trial_id=TRIAL).id


def _now(store: Store, name: str) -> Conversation:
    with store.reading() as unit:
        found = unit.conversation(name)
    assert found is not None
    return found


def test_a_status_is_set_and_its_reason_goes_when_it_is_no_longer_closed(store: Store) -> None:
    name = _conversation(store)
    with store.unit() as unit:
        assert unit.set_status(name, "closed", LATER, "  moved away ")
    assert (_now(store, name).status, _now(store, name).closed_because, _now(store, name).changed_at) == ("closed", "moved away", LATER)
    with store.unit() as unit:
        assert not unit.set_status(name, "closed", LATER, "moved away")
        assert unit.set_status(name, "to_call", LATER, "not kept")
    assert (_now(store, name).status, _now(store, name).closed_because) == ("to_call", None)


@pytest.mark.parametrize("because", [None, "", "  "])
def test_closing_needs_a_reason(store: Store, because: str | None) -> None:
    name = _conversation(store)
    with pytest.raises(StoreError, match="reason"), store.unit() as unit:
        unit.set_status(name, "closed", LATER, because)
    assert _now(store, name).status == "new"


def test_it_is_given_to_somebody_and_taken_back(store: Store) -> None:
    name = _conversation(store)
    with store.unit() as unit:
        ann = unit.add_account(login="ann", name="Ann", role="coordinator", at=NOON).id
        assert unit.assign(name, ann, LATER)
        assert not unit.assign(name, ann, LATER)
    assert (_now(store, name).assigned_to, _now(store, name).changed_at) == (ann, LATER)
    with store.unit() as unit:
        assert unit.assign(name, None, LATER)
    assert _now(store, name).assigned_to is None
    assert _now(store, name).changed_at == LATER + timedelta(milliseconds=1)


def test_tags_are_put_on_once_and_taken_off(store: Store) -> None:
    name = _conversation(store)
    with store.unit() as unit:
        assert unit.add_tag(name, "  Call   Back ", LATER)
        assert not unit.add_tag(name, "call back", LATER)
        assert unit.add_tag(name, "a visit", LATER)
        assert unit.tags(name) == ("a visit", "call back")
        assert unit.remove_tag(name, "CALL BACK", LATER)
        assert not unit.remove_tag(name, "call back", LATER)
    with store.reading() as unit:
        assert unit.tags(name) == ("a visit",)
    assert _now(store, name).changed_at == LATER + timedelta(milliseconds=2)


@pytest.mark.parametrize("text", ["", "  ", "x" * 41, "a\x00b", "a\x1bb", "abc\u202edef"])
def test_what_cannot_be_a_tag_is_refused(text: str) -> None:
    with pytest.raises(NotATagError):
        as_tag(text)


@pytest.mark.parametrize(
    ("text", "tag"), [("STRASSE", "strasse"), ("Straße", "strasse"), ("e\u0301", "é"), ("x" * 40, "x" * 40), ("a\n b", "a b")]
)
def test_a_tag_is_kept_in_one_way_of_writing_it(text: str, tag: str) -> None:
    assert as_tag(text) == tag


def test_there_is_no_work_on_a_conversation_that_is_gone(store: Store) -> None:
    with store.unit() as unit:
        for work in (
            lambda: unit.set_status("f" * 32, "called", NOON),
            lambda: unit.assign("f" * 32, None, NOON),
            lambda: unit.add_tag("f" * 32, "tag", NOON),
            lambda: unit.remove_tag("f" * 32, "tag", NOON),
        ):
            with pytest.raises(UnknownConversationError):
                work()


def test_colleagues_are_those_who_share_a_trial(store: Store) -> None:
    with store.unit() as unit:
        unit.add_account(login="ann", name="Ann", role="coordinator", at=NOON, trials=[TRIAL])
        unit.add_account(login="bob", name="Bob", role="coordinator", at=NOON, trials=[OTHER])
        unit.add_account(login="eve", name="Eve", role="administrator", at=NOON, all_trials=True)
        unit.add_account(login="gone", name="Gone", role="coordinator", at=NOON, trials=[TRIAL], state="disabled")
        of_one, of_all = unit.colleagues(frozenset({TRIAL})), unit.colleagues(None)
    assert [one.name for one in of_one] == ["Ann", "Eve", "Gone"]
    assert [one.name for one in of_all] == ["Ann", "Bob", "Eve", "Gone"]
    ann, eve, gone = of_one
    assert (ann.sees(TRIAL), ann.sees(OTHER), ann.sees(None), eve.sees(None), ann.active, gone.active) == (
        True,
        False,
        False,
        True,
        True,
        False,
    )


def test_saved_lists_are_ones_own(store: Store) -> None:
    with store.unit() as unit:
        ann, bob = (unit.add_account(login=name, name=name, role="coordinator", at=NOON).id for name in ("ann", "bob"))
        assert unit.save_view(ann, "To call", "status=to_call")
        assert unit.save_view(bob, "To call", "status=called")
        assert unit.save_view(ann, "To call", "status=new")
        (view,) = unit.saved_views(ann)
        assert (view.name, view.query) == ("To call", "status=new")
        assert not unit.delete_view(bob, view.id)
        assert unit.delete_view(ann, view.id)
        assert unit.saved_views(ann) == []
        assert len(unit.saved_views(bob)) == 1


def test_nobody_saves_lists_without_end(store: Store) -> None:
    with store.unit() as unit:
        ann = unit.add_account(login="ann", name="Ann", role="coordinator", at=NOON).id
        assert all(unit.save_view(ann, f"list {number}", "status=new") for number in range(MOST_VIEWS))
        assert not unit.save_view(ann, "one more", "status=new")
        assert unit.save_view(ann, "list 1", "status=called")
