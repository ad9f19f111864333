"""CSV that any reader reads, and no spreadsheet computes."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.exports.csv_files import BOM, lines, safe
from bot.exports.files import ExportFormat
from tests.exports.conftest import Exporter, file_of

# The first character that counts, for a spreadsheet that trims spaces and takes full-width signs for signs.
STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\u2212")


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+44 161",
        "-2",
        "@SUM(A1)",
        "\tx",
        "\rx",
        "\nx",
        " =1",
        '"=1',
        "'=1",
        "\u200b=1",
        "\ufeff=1",
        "\uff1d1",
        "\u00a0=1",
        '=HYPERLINK("http://x","y")',
        "\x00=1",
    ],
)
def test_what_could_be_a_formula_gets_an_apostrophe(cell: str) -> None:
    assert safe(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "54", "Lung Cancer", "a=b", "1-2", "x@y"])
def test_what_cannot_be_one_stays(cell: str) -> None:
    assert safe(cell) == cell


@given(st.lists(st.lists(st.text(), min_size=1, max_size=4), max_size=5))
@example([["=1", '"', ",", "\r\n"]])
@example([["\ud800"]])
def test_a_reader_gets_back_every_cell_and_none_begins_as_a_formula_does(rows: list[list[str]]) -> None:
    written = lines(rows)
    written.encode()
    kept = [[safe(cell.encode("utf-8", "replace").decode().replace("\x00", "")) for cell in row] for row in rows]
    assert read(written) == kept
    for row in read(written):
        for cell in row:
            assert not cell.strip().strip("\"'`").strip().startswith(STARTS) or cell.startswith("'")
            assert not cell.startswith(("\t", "\r", "\n"))


@given(st.lists(st.text(), min_size=1, max_size=3))
def test_each_row_ends_with_cr_lf(row: list[str]) -> None:
    assert lines([row]).endswith("\r\n")


def test_one_row_a_conversation_has_a_column_for_each_attribute(exporter: Exporter) -> None:
    text = exporter.text(ExportFormat.CSV_CONVERSATIONS, file_of({"age": 54, "prior_radiotherapy": None}), file_of({}))
    (head, first, second) = read(text)
    row = dict(zip(head, first, strict=True))
    assert (row["answer.age"], row["answer.prior_radiotherapy"], row["answer.sex"]) == ("54", "(unsure)", "")
    assert (row["verdict"], row["consented"], row["begun_in_year"]) == ("possible", "yes", "2026")
    assert len(second) == len(head)


def test_one_row_an_answer_says_which_of_them_counts(exporter: Exporter) -> None:
    file = file_of({"age": 54})
    (screening,) = file.screenings
    corrected = replace(screening.answers[0], id=2, value=55)
    file = replace(file, screenings=(replace(screening, answers=(screening.answers[0], corrected)),))
    head, *rows = read(exporter.text(ExportFormat.CSV_ANSWERS, file))
    found = [dict(zip(head, row, strict=True)) for row in rows]
    assert [(row["value"], row["unit"], row["counts"]) for row in found] == [("54", "years", "no"), ("55", "years", "yes")]


def test_several_values_stand_in_one_cell(exporter: Exporter) -> None:
    head, row = read(exporter.text(ExportFormat.CSV_ANSWERS, file_of({"metastasis_sites": ["brain", "bone"]})))
    assert dict(zip(head, row, strict=True))["value"] == "brain; bone"


def test_a_byte_order_mark_comes_first_where_it_is_wanted(exporter: Exporter) -> None:
    assert exporter.text(ExportFormat.CSV_ANSWERS, bom=True).startswith(f"{BOM}export_id,")
    assert exporter.text(ExportFormat.CSV_ANSWERS).startswith("export_id,")


def test_an_identified_file_has_the_words_made_safe(exporter: Exporter) -> None:
    head, row = read(exporter.text(ExportFormat.CSV_ANSWERS, file_of({"age": 54}, said="=cmd|' /C calc'!A0"), identified=True))
    assert dict(zip(head, row, strict=True))["said"] == "'=cmd|' /C calc'!A0"
