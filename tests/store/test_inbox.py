"""The inbox's list: what is shown to whom, found by which filter, and paged so that nothing is met twice or missed."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from bot.store import NewMessage, Store, Unit
from bot.store.inbox_query import matching
from bot.store.inbox_records import InboxFilter, InboxKey, InboxPage, Trials
from bot.store.records import Stage, WorkStatus
from bot.store.tables import ConversationRow
from bot.store.words import terms_of
from tests.store.asking import asks

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TRIALS = ("NCT00000001", "NCT00000002", "NCT00000003")
WORDS = ("lung", "lunch", "Müller", "über", "chemo", "58", "肺癌")
STAGES: tuple[Stage, ...] = ("in_progress", "finished", "handed_off", "withdrawn")
STATUSES: tuple[WorkStatus, ...] = ("new", "to_call", "called", "closed")
PAGE = 7


@dataclass(frozen=True)
class Made:
    """A conversation as it was made, for a list that is put together without a database."""

    id: str
    last_at: datetime
    trial: str | None
    channel: str
    locale: str
    stage: str
    verdict: str | None
    status: str
    assigned_to: int | None
    taken_over: bool
    waiting: bool
    tags: frozenset[str]
    said: str
    # The trials whose study teams were asked for contact.
    asked: frozenset[str]

    def is_in(self, trials: Trials) -> bool:
        return trials is None or self.trial in trials or not self.asked.isdisjoint(trials)

    def is_of(self, wanted: InboxFilter, trials: Trials) -> bool:
        """Whether a filter by trial finds it: by what it is about, or by a request that is theirs to know of."""
        if not (wanted.trials or wanted.without_trial):
            return True
        asked = self.asked if trials is None else self.asked & trials
        return self.trial in wanted.trials or not asked.isdisjoint(wanted.trials) or (wanted.without_trial and self.trial is None)

    def fits(self, wanted: InboxFilter) -> bool:
        said = {word for word in WORDS if word in self.said.split()}
        known = {term for word in said for term in terms_of(word)}
        *whole, begins = wanted.words or ("",)
        return all(
            (
                wanted.channel in (None, self.channel),
                wanted.locale in (None, self.locale),
                wanted.stage in (None, "taken_over" if self.taken_over else self.stage),
                wanted.verdict in (None, self.verdict),
                wanted.status in (None, self.status),
                wanted.assigned_to in (None, self.assigned_to) or (wanted.assigned_to == "nobody" and self.assigned_to is None),
                wanted.tag is None or wanted.tag in self.tags,
                self.waiting or not wanted.waiting,
                wanted.since is None or self.last_at >= wanted.since,
                wanted.until is None or self.last_at < wanted.until,
                known.issuperset(whole),
                not wanted.words or any(word.startswith(begins) for word in known),
            )
        )


@dataclass
class Filled:
    """A store with many conversations, and what is known of each."""

    store: Store
    people: tuple[int, int]
    made: list[Made] = field(default_factory=list)

    def expected(self, wanted: InboxFilter, trials: Trials) -> list[str]:
        found = [one for one in self.made if one.is_in(trials) and one.is_of(wanted, trials) and one.fits(wanted)]
        return [one.id for one in sorted(found, key=lambda one: (one.last_at, one.id), reverse=True)]


@pytest.fixture
def filled(store: Store) -> Filled:
    chance = random.Random(11)  # noqa: S311 - not for secrets
    with store.unit() as unit:
        first, second = (unit.add_account(login=name, name=name, role="coordinator", at=NOON).id for name in ("ann", "bob"))
        filled = Filled(store, (first, second))
        for number in range(120):
            filled.made.append(_make(unit, chance, number, filled.people))
    return filled


def _make(unit: Unit, chance: random.Random, number: int, people: tuple[int, int]) -> Made:
    # Few moments for many conversations: the order among those of one moment counts as well.
    at = NOON - timedelta(hours=chance.randrange(20))
    trial, locale = chance.choice([*TRIALS, None]), chance.choice(["en", "de"])
    conversation = unit.open_conversation(channel=chance.choice(["widget", "rest"]), at=at, trial_id=trial, locale=locale)
    stage, verdict = chance.choice(STAGES), chance.choice([None, "likely", "unlikely"])
    unit.note_progress(conversation.id, stage=stage, verdict=verdict, at=at)
    said = " ".join(chance.sample(WORDS, chance.randrange(4)))
    unit.add_messages(conversation.id, [NewMessage(event_key=f"m{number}", who="patient", text=said, at=at)])
    assigned, status = chance.choice([None, *people]), chance.choice(STATUSES)
    unit.assign(conversation.id, assigned, at)
    unit.set_status(conversation.id, status, at, "moved away" if status == "closed" else None)
    tags = frozenset(chance.sample(["call back", "site visit"], chance.randrange(3)))
    for tag in tags:
        unit.add_tag(conversation.id, tag, at)
    asked = frozenset(chance.sample(TRIALS, chance.choice([0, 0, 0, 1, 2])))
    for nct_id in sorted(asked):
        asks(unit, conversation.id, nct_id)
    row = unit._session.get_one(ConversationRow, conversation.id)
    row.taken_over_by = chance.choice([None, None, people[0]])
    row.waiting_since = chance.choice([None, None, at])
    return Made(
        id=conversation.id,
        last_at=at,
        trial=trial,
        channel=conversation.channel,
        locale=locale,
        stage=stage,
        verdict=verdict,
        status=status,
        assigned_to=assigned,
        taken_over=row.taken_over_by is not None,
        waiting=row.waiting_since is not None,
        tags=tags,
        said=said,
        asked=asked,
    )


filters = st.builds(
    InboxFilter,
    trials=st.sets(st.sampled_from([*TRIALS, "NCT00000009"]), max_size=3).map(lambda found: tuple(sorted(found))),
    without_trial=st.sampled_from([False, False, True]),
    channel=st.sampled_from([*[None] * 6, "widget", "rest", "slack"]),
    locale=st.sampled_from([*[None] * 6, "en", "de"]),
    stage=st.sampled_from([*[None] * 6, *STAGES, "taken_over"]),
    verdict=st.sampled_from([*[None] * 6, "likely", "possible", "unlikely"]),
    status=st.sampled_from([*[None] * 6, *STATUSES]),
    assigned_to=st.sampled_from([*[None] * 6, 1, 2, "nobody"]),
    tag=st.sampled_from([*[None] * 6, "call back", "no such tag"]),
    waiting=st.sampled_from([False, False, False, True]),
    since=st.sampled_from([*[None] * 6, NOON - timedelta(hours=15)]),
    until=st.sampled_from([*[None] * 6, NOON - timedelta(hours=5)]),
    words=st.sampled_from(["", "", "", "", "lung", "lu", "muller uber", "lung che", "58", "肺癌", "癌", "unheard"]).map(terms_of),
)
scopes = st.sampled_from([None, frozenset(), frozenset(TRIALS[:1]), frozenset(TRIALS[1:])])


@given(wanted=filters, trials=scopes, rare=st.sampled_from([0, 25, 10_000]))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_paging_through_any_list_meets_each_conversation_once_and_none_of_other_trials(
    filled: Filled, wanted: InboxFilter, trials: Trials, rare: int
) -> None:
    with pytest.MonkeyPatch.context() as patch, filled.store.reading() as unit:
        patch.setattr("bot.store.inbox.A_PAGE", PAGE)
        patch.setattr("bot.store.inbox_query.RARE", rare)
        expected = filled.expected(wanted, trials)
        pages = _all_pages(unit, wanted, trials)
        assert [row.conversation.id for page in pages for row in page.rows] == expected
        assert pages[0].found == len(expected)
        for earlier, later in itertools.pairwise(pages):
            assert unit.inbox(wanted, trials, NOON, newer_than=later.newer).rows == earlier.rows


def _all_pages(unit: Unit, wanted: InboxFilter, trials: Trials) -> list[InboxPage]:
    pages = [unit.inbox(wanted, trials, NOON)]
    while (key := pages[-1].older) is not None:
        pages.append(unit.inbox(wanted, trials, NOON, older_than=key))
    return pages


def test_more_than_a_thousand_are_not_counted(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.inbox.COUNTED", 60)
    with filled.store.reading() as unit:
        assert unit.inbox(InboxFilter(), None, NOON).found == 61


def test_where_nothing_is_left_of_a_page_the_first_one_is_shown(filled: Filled) -> None:
    long_ago, soon = InboxKey(NOON - timedelta(days=9), ""), InboxKey(NOON + timedelta(days=9), "")
    with filled.store.reading() as unit:
        first = unit.inbox(InboxFilter(), None, NOON)
        assert unit.inbox(InboxFilter(), None, NOON, older_than=long_ago) == first
        assert unit.inbox(InboxFilter(), None, NOON, newer_than=soon) == first


def test_a_row_names_the_people_the_tags_and_that_it_was_taken_over(store: Store) -> None:
    with store.unit() as unit:
        ann, bob = (unit.add_account(login=name, name=name, role="coordinator", at=NOON).id for name in ("Ann", "Bob"))
        one = unit.open_conversation(channel="widget", at=NOON)
        unit.assign(one.id, ann, NOON)
        unit.add_tag(one.id, "site visit", NOON)
        unit.add_tag(one.id, "call back", NOON)
        unit._session.get_one(ConversationRow, one.id).taken_over_by = bob
    with store.reading() as unit:
        (row,) = unit.inbox(InboxFilter(), None, NOON).rows
    assert (row.stage, row.assigned_to, row.taken_over_by, row.tags) == ("taken_over", "Ann", "Bob", ("call back", "site visit"))


def test_danger_of_the_last_days_is_marked_by_its_worst_kind(store: Store) -> None:
    with store.unit() as unit:
        names = [unit.open_conversation(channel="widget", at=NOON - timedelta(minutes=number)).id for number in range(4)]
        for number, (name, intents, at) in enumerate(
            (
                (names[0], ("safety_crisis", "safety_emergency"), NOON - timedelta(days=6)),
                (names[1], ("safety_crisis", "inform"), NOON),
                (names[2], ("safety_emergency",), NOON - timedelta(days=8)),
                (names[3], ("safety_medical_advice", "inform"), NOON),
            )
        ):
            lines = [NewMessage(event_key=f"{number}-{intent}", who="patient", text="help", intent=intent, at=at) for intent in intents]
            unit.add_messages(name, lines)
    with store.reading() as unit:
        assert [row.alarm for row in unit.inbox(InboxFilter(), None, NOON).rows] == ["emergency", "crisis", None, None]


def test_only_conversations_in_sight_are_given_out(filled: Filled) -> None:
    names = [one.id for one in filled.made]
    with filled.store.reading() as unit:
        for trials in (None, frozenset(), frozenset(TRIALS[:2])):
            found = {one.id for one in unit.conversations_in_sight([*names, "f" * 32], trials)}
            assert found == {one.id for one in filled.made if one.is_in(trials)}


def test_the_choices_are_those_in_use_and_tags_of_other_trials_are_not_named(store: Store) -> None:
    with store.unit() as unit:
        for number, channel in enumerate(("widget", "slack", "widget")):
            one = unit.open_conversation(channel=channel, at=NOON, trial_id=TRIALS[number])
            unit.add_tag(one.id, f"tag {number}", NOON)
        unit.open_conversation(channel="rest", at=NOON)
    with store.reading() as unit:
        assert unit.channels_of_conversations() == ["rest", "slack", "widget"]
        assert unit.trials_of_conversations() == list(TRIALS)
        assert unit.tags_in_sight(None) == ["tag 0", "tag 1", "tag 2"]
        assert unit.tags_in_sight(frozenset(TRIALS[1:2])) == ["tag 1"]


def test_a_hand_off_stays_with_its_trial_when_the_conversation_turns_to_others(store: Store) -> None:
    asked_of, theirs = TRIALS[0], frozenset(TRIALS[:1])
    with store.unit() as unit:
        one = unit.open_conversation(channel="widget", at=NOON, trial_id=asked_of)
        unit.add_tag(one.id, "call back", NOON)
        asks(unit, one.id, asked_of)
        unit.turn_conversation(one.id, None)
    with store.reading() as unit:
        for wanted in (InboxFilter(), InboxFilter(trials=(asked_of,)), InboxFilter(without_trial=True)):
            (row,) = unit.inbox(wanted, theirs, NOON).rows
            assert (row.conversation.id, row.conversation.trial_id) == (one.id, None)
        assert [found.id for found in unit.conversations_in_sight([one.id], theirs)] == [one.id]
        assert unit.tags_in_sight(theirs) == ["call back"]
        assert unit.trials_of_conversations() == [asked_of]
    with store.unit() as unit:
        assert unit.remove_contact_request(one.id, asked_of)
        assert unit.inbox(InboxFilter(), theirs, NOON).rows == ()
        assert unit.conversations_in_sight([one.id], theirs) == []
        assert unit.tags_in_sight(theirs) == []


def test_what_was_asked_of_one_trials_team_is_not_found_by_that_of_another(store: Store) -> None:
    with store.unit() as unit:
        one = unit.open_conversation(channel="widget", at=NOON, trial_id=TRIALS[1])
        asks(unit, one.id, TRIALS[0])
    with store.reading() as unit:
        others = frozenset(TRIALS[1:])
        assert len(unit.inbox(InboxFilter(), others, NOON).rows) == 1
        assert unit.inbox(InboxFilter(trials=TRIALS[:1]), others, NOON).rows == ()
        assert len(unit.inbox(InboxFilter(trials=TRIALS[:1]), None, NOON).rows) == 1


@pytest.mark.parametrize("wanted", [InboxFilter(), InboxFilter(trials=TRIALS[:1]), InboxFilter(stage="handed_off")])
def test_the_list_is_read_in_its_order_from_one_index(tmp_path: Path, wanted: InboxFilter) -> None:
    """On SQLite, which plans without a look at what is there: nothing is put in order, and requests are looked up one by one."""
    store = Store(f"sqlite:///{tmp_path}/empty.db")
    store.migrate()
    with store.reading() as unit:
        found = matching(unit._session, wanted, frozenset(TRIALS))
        assert found is not None
        compiled = found.latest_first().limit(51).compile(unit._session.get_bind(), compile_kwargs={"literal_binds": True})
        plan = [row[-1] for row in unit._session.execute(text(f"EXPLAIN QUERY PLAN {compiled}"))]
    store.dispose()
    assert plan[0] == "SCAN conversations USING COVERING INDEX ix_conversations_inbox"
    assert not [line for line in plan if "TEMP B-TREE" in line]
    assert [line for line in plan if "contact_requests" in line] == [
        "SEARCH contact_requests USING COVERING INDEX sqlite_autoindex_contact_requests_1 (conversation_id=? AND trial_id=?)"
    ] * (2 if wanted.trials else 1)
