"""Files of tickets become one table; a file that can't be read as meant is refused."""

from pathlib import Path

import pandas as pd
import pytest

from bentos.triage.normalise import normalise
from train.parameters import PARAMETERS, PrepareParameters, load_section
from train.schema import DataError
from train.sources import (
    COLUMNS,
    KAGGLE,
    SAMPLE,
    WRITTEN,
    read_kaggle,
    read_natural,
    read_table,
    read_tickets,
)
from train.splits import random_sides

ROOT = Path(__file__).parents[2]
HEADER = "id,language,channel,label,text\n"
SECRET = "Jane Doe"
# Names under .example belong to nobody (RFC 2606).
TRACEABLE = {
    "address": r"@[\w-]+(?:\.[\w-]+)*\.(?!example\b)[A-Za-z]{2,}",
    "link": r"https?://|www\.",
    "account": r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,}",
    "machine": r"\b\d{1,3}(?:\.\d{1,3}){3}\b",
}


@pytest.fixture(scope="module")
def both() -> pd.DataFrame:
    """The built-in corpus and the tickets written to train on."""
    sources = (read_natural(ROOT / SAMPLE, "sample"), read_natural(ROOT / WRITTEN, "written"))
    return pd.concat(sources, ignore_index=True)


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        read_table(path)
    assert SECRET not in str(caught.value)
    return str(caught.value)


def test_the_built_in_corpus_is_sound_and_balanced() -> None:
    tickets = read_natural(ROOT / SAMPLE, "sample")
    assert tuple(tickets.columns) == COLUMNS
    assert set(tickets.groupby(["language", "label"]).size()) == {100}
    assert tickets["id"].is_unique


def test_the_written_tickets_are_sound_and_of_every_category_and_language() -> None:
    tickets = read_natural(ROOT / WRITTEN, "written")
    assert set(tickets["source"]) == {"written"}
    assert tickets["id"].is_unique
    counts = tickets.groupby(["language", "label"]).size()
    assert len(counts) == 24
    assert counts.min() >= 80


def test_written_tickets_are_nothing_that_a_model_is_measured_on(both: pd.DataFrame) -> None:
    assert both["id"].is_unique
    words = both["text"].map(normalise)
    sides = random_sides(
        words.tolist(), load_section(ROOT / PARAMETERS, "prepare", PrepareParameters)
    )
    held_out = both["source"].eq("sample") & (pd.Series(sides) != "train")
    assert held_out.sum() > 500
    assert not set(words[held_out]) & set(words[both["source"].eq("written")])


@pytest.mark.parametrize("kind", TRACEABLE)
def test_no_written_ticket_holds_what_leads_to_a_person(both: pd.DataFrame, kind: str) -> None:
    written = both[both["source"].eq("written")]
    assert written.loc[written["text"].str.contains(TRACEABLE[kind]), "id"].tolist() == []


def test_no_ticket_in_the_repository_holds_a_payment_card(both: pd.DataFrame) -> None:
    joined = both["text"].str.replace(r"(?<=\d)[ -](?=\d)", "", regex=True)
    numbers = joined.str.findall(r"\d{13,19}").explode().dropna()
    assert [number for number in numbers if sound_card(number)] == []


def sound_card(number: str) -> bool:
    """Whether the last digit of `number` is the check digit of the others (Luhn's)."""
    digits = [int(digit) for digit in reversed(number)]
    return (sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])) % 10 == 0


def test_values_are_read_exactly_as_written(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", '\ufeffa,b\r\nNA,"1,5\r\nnull ""x"""\r\n007,\r\n')
    read = read_table(path)
    assert read.frame.to_dict("records") == [
        {"a": "NA", "b": '1,5\r\nnull "x"'},
        {"a": "007", "b": ""},
    ]
    assert list(read.frame.index) == [1, 2]
    assert list(read.lines) == [2, 4]


def test_blank_lines_are_no_records(tmp_path: Path) -> None:
    read = read_table(write(tmp_path / "t.csv", "a\nx\n\ny\n\n"))
    assert (list(read.frame["a"]), list(read.lines)) == (["x", "y"], [2, 4])


def test_another_encoding_is_refused_by_line_and_byte(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", f"a\n{SECRET}\ncaf\xe9\n".encode("latin-1"))
    assert f"{path}, line 3, byte 14 (0xe9) is not UTF-8: save the file as UTF-8" == refusal(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "t.csv is empty: give it a header and tickets"),
        (f"a,b\nx,y\nx,{SECRET},z\n", "row 2 (line 3): 3 columns, the header has 2; quote values"),
        (f"a,b\n{SECRET}\n", "row 1 (line 2): 1 columns, the header has 2"),
        (f'a\n"x"{SECRET}\n', "t.csv, line 2: not CSV ("),
        (f'a\nx\n"{SECRET}\n', "t.csv, line 3: not CSV (unexpected end of data)"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: str, message: str) -> None:
    assert message in refusal(write(tmp_path / "t.csv", content))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "t.csv can't be read: No such file" in refusal(tmp_path / "t.csv")


def test_a_corpus_without_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no CSV file: restore it with git checkout"):
        read_natural(tmp_path, "sample")


def test_an_identifier_belongs_to_one_file(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv"):
        write(tmp_path / name, f"{HEADER}en-1,en,,Access,{SECRET}\n")
    with pytest.raises(DataError) as caught:
        read_natural(tmp_path, "sample")
    assert "id 'en-1' is in a.csv and b.csv" in str(caught.value)
    assert SECRET not in str(caught.value)


def test_an_unknown_channel_is_none(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", f"{HEADER}en-1,en,,Access,x\nen-2,en,chat,Access,y\n")
    assert list(read_natural(tmp_path, "sample")["channel"]) == [None, "chat"]


def test_real_tickets_are_numbered_as_they_stand(tmp_path: Path) -> None:
    content = "Document,Topic_group\r\nlaptop broken,Hardware\r\nnew order,Purchase\r\n"
    tickets = read_kaggle(write(tmp_path / "tickets.csv", content))
    assert tickets.to_dict("records")[1] == {
        "id": "kaggle-00002",
        "source": "kaggle",
        "language": "en",
        "channel": None,
        "label": "Purchase",
        "text": "new order",
    }


def test_real_tickets_follow_the_built_in_when_fetched(tmp_path: Path) -> None:
    write(tmp_path / SAMPLE / "a.csv", f"{HEADER}fr-1,fr,phone,Storage,bonjour\n")
    assert list(read_tickets(tmp_path)["source"]) == ["sample"]
    write(tmp_path / WRITTEN / "a.csv", f"{HEADER}fr-2,fr,chat,Storage,salut\n")
    assert list(read_tickets(tmp_path)["source"]) == ["sample", "written"]
    write(tmp_path / KAGGLE, "Document,Topic_group\nlaptop broken,Hardware\n")
    assert list(read_tickets(tmp_path)["source"]) == ["sample", "written", "kaggle"]
