"""What models learn from is what the scrubber leaves."""

from pathlib import Path

import pandas as pd
import pytest

from bentos.models.registered import FOLDERS, NAMES
from bentos.triage.pii.names.tagger import NameTagger
from bentos.triage.pii.scrubber import Scrubber
from train.scrub import scrub

RELEASED = Path(__file__).parents[2] / "release" / FOLDERS[NAMES]
TEXTS = [
    "My name is Sarah Mejri, reset the password of sarah.mejri@example.org",
    "Bonjour, mon imprimante est en panne. Cordialement, Karim Trabelsi",
    "the VPN drops every hour",
    "Sarah Mejri",
]


@pytest.fixture(scope="module")
def tickets() -> pd.DataFrame:
    texts = TEXTS * 700  # more than one process is given at once
    identifiers = [f"t{place}" for place in range(len(texts))]
    return pd.DataFrame({"id": identifiers, "text": texts, "normalised": "as before"})


@pytest.fixture(scope="module")
def scrubbed(tickets: pd.DataFrame) -> pd.DataFrame:
    return scrub(tickets, RELEASED)


def test_every_ticket_is_scrubbed_as_the_agent_does_it(
    tickets: pd.DataFrame, scrubbed: pd.DataFrame
) -> None:
    scrubber = Scrubber(NameTagger.load(RELEASED))
    expected = [scrubber.scrub(text).text for text in TEXTS]
    assert scrubbed["text"].tolist() == expected * 700
    assert scrubbed["id"].tolist() == tickets["id"].tolist()


def test_no_personal_data_is_left_for_a_vocabulary(scrubbed: pd.DataFrame) -> None:
    words = " ".join(scrubbed["normalised"].head(len(TEXTS))).split()
    assert {"reset", "password", "imprimante", "vpn"} <= set(words)
    assert not {"sarah", "mejri", "karim", "trabelsi", "example"} & set(words)


def test_a_ticket_that_was_a_name_stays_without_words(scrubbed: pd.DataFrame) -> None:
    assert scrubbed["normalised"].iloc[3] == ""
