"""Something fails in the middle of a conversation. Afterwards the conversation is checked message by message."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from bot.store import Store
from tests.many.layout import Machines
from tests.many.servers import Server
from tests.people import people
from tests.product import Product
from tests.surviving.killing import held, kill, soon
from tests.surviving.patient import Patient, expect_all_kept_once

FITS = people("NCT06141070")[0].answers


@pytest.mark.parametrize("who", ["engine", "app"])
def test_a_process_killed_in_the_middle_of_a_turn_loses_and_doubles_nothing(machines: Machines, store: Store, who: str) -> None:
    killed: list[bool] = []

    def kill_one(machine: Product) -> None:
        killed.append(kill(machine, machine.engine_port if who == "engine" else machine.port))

    patient = Patient(machines.door)
    with soon(lambda: kill_one(machines.machines[0])) as one, soon(lambda: kill_one(machines.machines[1])) as other:
        assert patient.finish(FITS, {3: one, 9: other, 14: one}).verdict == "likely"
    assert sum(killed) >= 2
    expect_all_kept_once(store, patient, FITS)


def test_when_both_engines_are_killed_at_once_the_patient_is_told_and_goes_on(machines: Machines, store: Store) -> None:
    patient = Patient(machines.door)

    def kill_both() -> None:
        for machine in machines.machines:
            kill(machine, machine.engine_port)

    with soon(kill_both) as both:
        assert patient.finish(FITS, {6: both}).verdict == "likely"
    assert any(turn.tries for turn in patient.turns), "both were away, and the patient was told"
    expect_all_kept_once(store, patient, FITS)


@pytest.mark.parametrize("how", ["stop", "kill"])
@pytest.mark.parametrize("name", ["postgres", "redis", "rabbitmq"])
def test_a_server_that_is_away_for_a_while_loses_and_doubles_nothing(machines: Machines, store: Store, name: str, how: str) -> None:
    server: Server = getattr(machines, name)
    patient = Patient(machines.door)

    def away() -> None:
        getattr(server, how)()
        time.sleep(3)
        server.start()

    with soon(away) as goes:
        assert patient.finish(FITS, {5: goes}).verdict == "likely"
    assert any(turn.tries for turn in patient.turns), "it was away, and the patient was told"
    expect_all_kept_once(store, patient, FITS)


def test_slow_actions_are_waited_for(machines: Machines, store: Store) -> None:
    patient = Patient(machines.door)

    @contextmanager
    def keeping() -> Iterator[None]:
        with psycopg.connect(machines.postgres.url) as connection:
            connection.execute("LOCK TABLE answers IN ACCESS EXCLUSIVE MODE")
            yield

    with held(keeping, 8) as slow:
        assert patient.finish(FITS, {7: slow}).verdict == "likely"
    assert not any(turn.tries for turn in patient.turns)
    expect_all_kept_once(store, patient, FITS)
