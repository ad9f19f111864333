"""Whatever ends an import in the middle, every trial in the store is whole, and the import can be run again."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store import Store
from bot.trials import TrialRecord
from bot.trials.importing import import_all
from bot.trials.loading import Keeper
from bot.trials.registry.files import Found
from tests.fakes.registry_api import a_study
from tests.importing.conftest import NOON, Run, written
from tests.product import TRIALCHAT

MANY = [f"NCT1{number:07}" for number in range(60)]


def whole(store: Store) -> list[str]:
    """The numbers of the stored trials, each checked to be there with all that belongs to it."""
    with store.reading() as unit:
        ids = unit.trial_ids()
        assert unit.imported_ids() == ids
        for nct_id in ids:
            trial = unit.trial(nct_id)
            assert trial is not None
            record = TrialRecord.model_validate(trial.record)
            assert [one.criterion_id for one in unit.criteria(nct_id)] == [one.id for one in record.criteria]
            assert unit.trial_versions(nct_id)
    return ids


def test_an_error_in_the_middle_leaves_whole_trials(store: Store, keeper: Keeper) -> None:
    def breaking() -> Iterator[Found]:
        for number in MANY[:33]:
            yield Found(number, a_study(number))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(import_all(store, keeper, breaking(), lambda: NOON))
    assert whole(store) == MANY[:30]


def test_a_killed_import_leaves_whole_trials_and_goes_on_when_it_is_run_again(
    run: Run, store: Store, database_url: str, tmp_path: Path
) -> None:
    file = written(tmp_path / "many.json", {"studies": [a_study(number) for number in MANY]})
    environment = {**os.environ, "TRIALCHAT_DATABASE_URL": database_url, "TRIALCHAT_HOME": str(tmp_path / "home")}
    process = subprocess.Popen([TRIALCHAT, "trials", "import", str(file)], env=environment, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        with store.reading() as unit:
            if unit.trial_ids():
                break
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    there = whole(store)
    assert there
    assert there == MANY[: len(there)]
    done = run("trials", "import", file)
    assert done.exit_code == 0
    assert whole(store) == MANY
