"""How the scrubber is measured."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from stdnum import luhn
from stdnum.iso7064 import mod_97_10

from bentos.triage.pii.names.tagger import NameTagger
from bentos.triage.pii.plain_view import plain_view
from bentos.triage.pii.scrubber import Scrubber
from train.evaluate_pii import (
    DATA,
    LANGUAGES,
    MarkedTicket,
    cleaned_tickets,
    read_marked,
    report,
    scrubbing,
)

SCRUBBER = Scrubber(None)
RELEASED = Path(__file__).parents[2] / "release" / "names"
# The least share of names that must be removed, by language: what the issue asks for. The blind
# tickets are denser in what is hard: three in a hundred below what was measured.
NAMES = {"en": 0.95, "fr": 0.95, "ar": 0.90}
BLIND_NAMES = {"en": 0.88, "fr": 0.86, "ar": 0.75}
# Of a dozen passwords one is a phrase of common words, which no pattern tells from the sentence.
PASSWORDS = 0.90


def test_a_value_counts_as_found_when_nothing_of_it_is_left() -> None:
    text = "mail jo@x.tn, I am Jo"
    result = scrubbing(SCRUBBER, MarkedTicket(text, (("EMAIL_ADDRESS", 5, 12), ("PERSON", 19, 21))))
    assert result.found == (("EMAIL_ADDRESS", True), ("PERSON", False))
    assert result.masked == 0


def test_clean_words_that_are_masked_are_counted() -> None:
    result = scrubbing(SCRUBBER, MarkedTicket("mail jo@x.tn now", ()))
    assert (result.words, result.masked) == (3, 1)


def test_the_report_has_shares_by_type() -> None:
    marked = [
        scrubbing(
            SCRUBBER, MarkedTicket("jo@x.tn Jo", (("EMAIL_ADDRESS", 0, 7), ("PERSON", 8, 10)))
        )
    ]
    given = report(marked, marked)
    assert given["recall"]["EMAIL_ADDRESS"] == {"values": 1, "recall": 1.0}
    assert given["recall"]["patterns"]["recall"] == 1.0
    assert given["recall"]["PERSON"]["recall"] == 0.0
    assert given["clean"]["masked"] == 0 or given["clean"]["share_masked"] > 0


def test_the_cleaned_tickets_are_the_real_ones_held_out(tmp_path: Path) -> None:
    path = tmp_path / "tickets.parquet"
    assert cleaned_tickets(path) == []
    pd.DataFrame(
        {
            "text": ["real", "taught", "natural"],
            "source": ["kaggle", "kaggle", "sample"],
            "random": ["test", "train", "test"],
        }
    ).to_parquet(path)
    assert cleaned_tickets(path) == [MarkedTicket("real", ())]


@pytest.fixture(scope="module")
def released() -> Scrubber:
    return Scrubber(NameTagger.load(RELEASED))


def measured(scrubber: Scrubber, *names: str) -> dict[str, Any]:
    tickets = [ticket for name in names for ticket in read_marked(DATA / f"{name}.jsonl")]
    results = [scrubbing(scrubber, ticket) for ticket in tickets]
    return report(
        [result for result in results if result.found],
        [result for result in results if not result.found],
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_released_scrubber_removes_what_it_must(released: Scrubber, language: str) -> None:
    given = measured(released, f"pii_{language}", f"clean_{language}")
    shares = {kind: found["recall"] for kind, found in given["recall"].items()}
    assert shares.pop("PERSON") >= NAMES[language]
    assert shares.pop("PASSWORD") >= PASSWORDS
    assert min(shares.values()) >= 0.99
    assert given["clean"]["share_masked"] <= 0.01


@pytest.mark.parametrize("language", LANGUAGES)
def test_so_it_does_of_tickets_written_blind(released: Scrubber, language: str) -> None:
    given = measured(released, f"blind_{language}")
    assert given["recall"]["PERSON"]["recall"] >= BLIND_NAMES[language]
    assert given["recall"]["patterns"]["recall"] >= 0.99
    assert given["clean"]["share_masked"] <= 0.02


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_patterns_find_what_they_must(language: str) -> None:
    given = report(
        [scrubbing(SCRUBBER, ticket) for ticket in read_marked(DATA / f"pii_{language}.jsonl")], []
    )
    assert given["recall"]["patterns"]["recall"] >= 0.99
    blind = report(
        [scrubbing(SCRUBBER, ticket) for ticket in read_marked(DATA / f"blind_{language}.jsonl")],
        [],
    )
    assert blind["recall"]["patterns"]["recall"] >= 0.99


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_enough_tickets_of_every_type(language: str) -> None:
    tickets = list(read_marked(DATA / f"pii_{language}.jsonl"))
    kinds = {kind for ticket in tickets for kind, _, _ in ticket.spans}
    assert len(tickets) >= 150
    assert len({ticket.text for ticket in tickets}) == len(tickets)
    assert len(kinds) == 14
    assert len(list(read_marked(DATA / f"clean_{language}.jsonl"))) >= 100


def test_marked_values_are_well_formed() -> None:
    """Checksums hold: what was written to be found can be."""
    for path in sorted(Path(DATA).glob("[bp]*_*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            for span in row["spans"]:
                value = plain_view(row["text"][span["start"] : span["end"]]).text
                kept = "".join(filter(str.isalnum, value)).upper()
                if span["type"] == "CREDIT_CARD":
                    assert luhn.is_valid(kept)
                if span["type"] == "IBAN_CODE":
                    assert mod_97_10.is_valid(kept[4:] + kept[:4])
                if span["type"] == "TN_RIB":
                    assert int(kept) % 97 == 0
