"""The metrics, as Prometheus reads them. docs/monitoring.md says what each means; a test compares the two.

Labels have few values, all of them ours: a route's template, a channel's name, an action's name, a word of a list. What a client
sent is never one, and neither is an id or a trial's number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, disable_created_metrics
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from bot.signs import Happening, last_done, times
from bot.store.migrations import NEWEST
from bot.store.queues import Queues

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper ends of the histograms' steps. The engine is given up after 30 s."""

_LABELLED: Mapping[str, tuple[str, str, Mapping[str, Happening]]] = {
    "trialchat_given_up": (
        "What was tried for as long as makes sense, and did not arrive or was not heard",
        "what",
        {
            "notification": Happening.NOTIFICATION_GIVEN_UP,
            "channel_answer": Happening.ANSWER_GIVEN_UP,
            "channel_message": Happening.MESSAGE_GIVEN_UP,
        },
    ),
    "trialchat_sign_in_failures": (
        "Sign-ins to the console that were refused",
        "step",
        {"password": Happening.WRONG_PASSWORD, "code": Happening.WRONG_CODE, "provider": Happening.PROVIDER_REFUSED},
    ),
    "trialchat_too_fast": (
        "Refusals because something came too fast",
        "limit",
        {
            "conversation": Happening.CONVERSATION_TOO_FAST,
            "address": Happening.ADDRESS_TOO_FAST,
            "new_sessions": Happening.SESSIONS_TOO_FAST,
            "contacts": Happening.CONTACTS_TOO_FAST,
            "sign_in": Happening.SIGN_INS_TOO_FAST,
            "api_key": Happening.KEY_TOO_FAST,
            "api_stranger": Happening.STRANGER_TOO_FAST,
        },
    ),
}
_PLAIN: Mapping[str, tuple[str, Happening]] = {
    "trialchat_store_errors": ("Times that the store did not answer", Happening.STORE_AWAY),
    "trialchat_account_lockouts": ("Times that an account took no proof for a while, after too many wrong ones", Happening.ACCOUNT_LOCKED),
}


class Metrics:
    """One app's metrics."""

    def __init__(self, version: str) -> None:
        # Half as many lines again, which nobody reads.
        disable_created_metrics()  # type: ignore[no-untyped-call]  # the library has no types for it
        self.registry = CollectorRegistry()
        self.requests = Counter("trialchat_requests", "Requests of the public port", ["route", "method", "status"], registry=self.registry)
        self.request_seconds = self._histogram("trialchat_request_seconds", "How long requests take, streams left out", "route", "method")
        self.turn_seconds = self._histogram(
            "trialchat_turn_seconds", "How long turns take, from the message to the answer", "channel", "outcome"
        )
        self.engine_seconds = self._histogram(
            "trialchat_engine_seconds", "How long the engine takes for a turn, actions included", "outcome"
        )
        self.action_seconds = self._histogram("trialchat_action_seconds", "How long actions take", "action", "outcome")
        # Memory, processor and open files of this process, where the system tells them.
        ProcessCollector(registry=self.registry)
        self.state = State(version)
        self.registry.register(self.state)

    def _histogram(self, name: str, what: str, *labels: str) -> Histogram:
        return Histogram(name, what, labels, buckets=SECONDS, registry=self.registry)


class State(Collector):
    """What is not counted as it happens, but read when somebody asks."""

    def __init__(self, version: str) -> None:
        self._version = version
        # By what is streamed, how many streams are open.
        self.streams: dict[str, Callable[[], int]] = {}
        # What waits in the store, and as of when; None: the store could not be asked.
        self.queues: tuple[Queues, datetime] | None = None

    def collect(self) -> Iterator[Metric]:
        """All of it. Each family is there always, though it may be empty."""
        yield from self._build()
        yield from self._signs()
        yield from self._store()

    def _build(self) -> Iterator[Metric]:
        build = GaugeMetricFamily("trialchat_build_info", "Which release this is", labels=["version", "store_revision"])
        build.add_metric([self._version, NEWEST], 1)
        yield build
        streams = GaugeMetricFamily("trialchat_open_streams", "Streams of server-sent events that are open", labels=["of"])
        for of, number in self.streams.items():
            streams.add_metric([of], number())
        yield streams

    def _signs(self) -> Iterator[Metric]:
        for name, (what, label, kinds) in _LABELLED.items():
            counted = CounterMetricFamily(name, what, labels=[label])
            for value, happening in kinds.items():
                counted.add_metric([value], times(happening))
            yield counted
        for name, (what, happening) in _PLAIN.items():
            yield CounterMetricFamily(name, what, value=times(happening))
        work = GaugeMetricFamily(
            "trialchat_work_last_success_timestamp_seconds", "When each work in the background ended well last", labels=["work"]
        )
        for name, at in last_done().items():
            work.add_metric([name.value], at)
        yield work

    def _store(self) -> Iterator[Metric]:
        yield GaugeMetricFamily(
            "trialchat_store_up", "Whether the store answered when it was asked for what waits", value=float(self.queues is not None)
        )
        waiting = GaugeMetricFamily("trialchat_queue_waiting", "How much waits", labels=["queue"])
        oldest = GaugeMetricFamily("trialchat_queue_oldest_seconds", "For how long the oldest has been waiting", labels=["queue"])
        failures = GaugeMetricFamily("trialchat_channel_failures", "Answers that were given up and that nobody has looked after", labels=[])
        locked = GaugeMetricFamily("trialchat_accounts_locked", "Accounts that take no proof for now", labels=[])
        if self.queues is not None:
            queues, asked_at = self.queues
            for name, one in queues.waiting.items():
                waiting.add_metric([name], one.number)
                oldest.add_metric([name], max(0.0, (asked_at - one.since).total_seconds()) if one.since else 0.0)
            failures.add_metric([], queues.unsettled_failures)
            locked.add_metric([], queues.locked_accounts)
        yield from (waiting, oldest, failures, locked)
