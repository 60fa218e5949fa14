"""A broken table is refused by file, row, column and value, without a word of a ticket."""

from pathlib import Path

import pandas as pd
import pytest

from train.schema import DataError, Table, kaggle_schema, sample_schema, validate

SECRET = "the password of Jane Doe does not work"
GOOD: dict[str, object] = {
    "id": "en-1",
    "language": "en",
    "channel": "chat",
    "label": "Access",
    "text": SECRET,
}


def table(*rows: dict[str, object]) -> Table:
    frame = pd.DataFrame(list(rows), index=pd.RangeIndex(1, len(rows) + 1), dtype=object)
    return Table(Path("tickets.csv"), frame, [2 * row for row in range(1, len(rows) + 1)])


def refusal(*rows: dict[str, object]) -> str:
    with pytest.raises(DataError) as caught:
        validate(table(*rows), sample_schema())
    assert "Jane" not in str(caught.value)
    return str(caught.value)


def test_a_good_table_is_returned_as_it_is() -> None:
    rows = [GOOD, {**GOOD, "id": "en-2", "channel": ""}]
    assert validate(table(*rows), sample_schema()).to_dict("records") == rows


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("label", "Acess", "column label: 'Acess'; use one of Access, Administrative rights"),
        ("label", "", "column label: ''; use one of"),
        ("label", SECRET * 2, "column label: a value of 76 characters; use one of"),
        ("language", "de", "column language: 'de'; use one of en, fr, ar"),
        (
            "channel",
            "fax",
            "column channel: 'fax'; use one of email, chat, phone or leave it empty",
        ),
        ("id", "EN 1", "column id: 'EN 1'; give every ticket its own identifier"),
        ("text", "", "column text: empty;"),
        ("text", " \n\t", "column text: empty;"),
        ("text", None, "column text: not text;"),
        ("text", 41.5, "column text: not text;"),
        ("text", SECRET + "\x00", "column text: not text;"),
        ("text", SECRET + "\ufffd", "column text: not text;"),
        ("text", "417 - 22!", "column text: no words;"),
        ("text", "Jane" + "x" * 20_527, "column text: 20,531 characters; shorten it to 20,000"),
    ],
)
def test_a_bad_value_is_named_with_its_place(column: str, value: object, message: str) -> None:
    said = refusal(GOOD, {**GOOD, "id": "en-2", column: value})
    assert said.startswith("tickets.csv, row 2 (line 4), ")
    assert message in said
    assert "\n" not in said


def test_the_longest_text_allowed_is_accepted() -> None:
    assert len(validate(table({**GOOD, "text": "x" * 20_000}), sample_schema())) == 1


def test_every_fault_is_listed_in_order() -> None:
    said = refusal({**GOOD, "text": ""}, {**GOOD, "id": "en-2", "label": "x", "language": "y"})
    places = [line.split(": ")[0] for line in said.splitlines()]
    assert [place.split(", ", 1)[1] for place in places] == [
        "row 1 (line 2), column text",
        "row 2 (line 4), column label",
        "row 2 (line 4), column language",
    ]


def test_a_flood_of_faults_is_cut_short() -> None:
    said = refusal(*({**GOOD, "id": f"en-{row}", "label": "x"} for row in range(25)))
    assert len(said.splitlines()) == 21
    assert said.endswith("and 5 more")


def test_a_repeated_identifier_is_refused() -> None:
    assert "row 2 (line 4), column id: 'en-1'" in refusal(GOOD, GOOD)


def test_a_table_without_rows_is_refused() -> None:
    empty = Table(Path("tickets.csv"), pd.DataFrame(columns=list(GOOD)), [])
    with pytest.raises(DataError, match="tickets.csv has no rows: add tickets"):
        validate(empty, sample_schema())


def test_missing_columns_are_named_and_others_counted() -> None:
    said = refusal({"id": "en-1", SECRET: "x", "text": SECRET})
    assert "missing: language, channel, label; not expected: 1 of 3" in said
    assert said.endswith("make its first line id,language,channel,label,text")


def test_the_real_tickets_have_their_own_columns() -> None:
    good: dict[str, object] = {"Document": "laptop broken", "Topic_group": "Hardware"}
    assert len(validate(table(good), kaggle_schema())) == 1
    with pytest.raises(DataError, match=r"row 1 \(line 2\), column Topic_group: 'Printers'; use"):
        validate(table({**good, "Topic_group": "Printers"}), kaggle_schema())


def test_a_real_ticket_may_be_without_words() -> None:
    assert len(validate(table({"Document": "22 417", "Topic_group": "Hardware"}), kaggle_schema()))
