"""The JSON export, in the shape that `docs/exports.md` describes."""

from __future__ import annotations

import json

from bot.exports.files import ExportFormat
from tests.exports.conftest import KEY, Exporter, file_of


def test_it_says_what_it_is(exporter: Exporter) -> None:
    found = json.loads(exporter.text(ExportFormat.JSON))
    assert found == {"format": "trialchat-export", "version": 1, "deidentified": True, "made_on": "2026-03-04", "conversations": []}


def test_conversations_of_many_batches_make_one_list(exporter: Exporter) -> None:
    file = exporter.file(ExportFormat.JSON, key=KEY)
    text = "".join(
        [file.opening(), file.batch([]), file.batch([file_of(), file_of()]), file.batch([]), file.batch([file_of()]), file.closing()]
    )
    assert len(json.loads(text)["conversations"]) == 3


def test_a_verdict_comes_with_the_state_of_each_criterion(exporter: Exporter) -> None:
    (conversation,) = json.loads(exporter.text(ExportFormat.JSON, file_of()))["conversations"]
    (verdict,) = conversation["screenings"][0]["verdicts"]
    assert verdict == {"trial": "NCT06141070", "verdict": "possible", "day": 3, "criteria": {"I1": "unknown", "R-age": "met"}}


def test_an_identified_file_has_the_words_and_the_moments(exporter: Exporter) -> None:
    found = json.loads(exporter.text(ExportFormat.JSON, file_of({"age": 97}, said="ninety-seven"), identified=True))
    (conversation,) = found["conversations"]
    (answer,) = conversation["screenings"][0]["answers"]
    assert not found["deidentified"]
    assert conversation["begun_at"] == "2026-03-04T21:30:00+00:00"
    assert (answer["value"], answer["said"], answer["at"]) == (97, "ninety-seven", "2026-03-07T21:30:00+00:00")
