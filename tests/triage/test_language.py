"""Which language a ticket is in."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentos.triage.language import NOTHING_TO_READ, LanguageDetector
from train.sources import read_natural

DETECTOR = LanguageDetector()
_SAMPLE = Path(__file__).parents[2] / "data" / "sample"


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    return read_natural(_SAMPLE, "sample")


def test_whole_tickets_are_told_apart(sample: pd.DataFrame) -> None:
    found = [DETECTOR.detect(text).language for text in sample["text"]]
    assert (pd.Series(found) == sample["language"].reset_index(drop=True)).mean() >= 0.99


def test_so_are_chats_of_three_to_eight_words(sample: pd.DataFrame) -> None:
    words = sample["text"].str.split()
    # A chat is a stretch from the middle of a ticket: its length and place follow from its row.
    chats = [
        " ".join(listed[row % max(len(listed) - 8, 1) :][: 3 + row % 6]).lower()
        for row, listed in enumerate(words)
    ]
    found = [DETECTOR.detect(chat).language for chat in chats]
    assert (pd.Series(found) == sample["language"].reset_index(drop=True)).mean() >= 0.95


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Mi ordenador no funciona desde esta mañana", "other"),
        ("Der Drucker im zweiten Stock druckt nicht", "other"),
        ("la stampante non funziona più", "other"),
        ("yazıcı çalışmıyor", "other"),
        ("принтер не работает", "other"),
        ("چاپگر کار نمی کند لطفا کمک کنید", "other"),
        ("پرنٹر کام نہیں کر رہا", "other"),
        ("mon laptop est down", "fr"),
        ("الـ laptop متاعي طايح", "ar"),
        ("3aslema najem nbadel l mot de passe", "other"),
        ("vpn down", "en"),
        ("laptop cassé", "fr"),
    ],
)
def test_other_languages_and_mixtures_have_a_stated_outcome(text: str, language: str) -> None:
    assert DETECTOR.detect(text).language == language


@pytest.mark.parametrize("text", ["", "  ", "1234", "<PERSON_1> <EMAIL_ADDRESS_2>", "!?"])
def test_nothing_to_read_is_no_language(text: str) -> None:
    assert DETECTOR.detect(text) == NOTHING_TO_READ


def test_placeholders_are_no_words() -> None:
    placeholders = "<PHONE_NUMBER_1> <EMAIL_ADDRESS_1> <PERSON_1> "
    assert DETECTOR.detect(placeholders + "ça ne marche pas du tout").language == "fr"


def test_langdetect_can_be_had_instead() -> None:
    detector = LanguageDetector("langdetect")
    assert detector.detect("the printer on the second floor is broken").language == "en"
    assert detector.detect("l'imprimante du deuxième étage est en panne").language == "fr"
    assert detector.detect("123") == NOTHING_TO_READ


@given(st.text(max_size=60))
def test_any_text_has_a_language_and_a_confidence(text: str) -> None:
    detected = DETECTOR.detect(text)
    assert detected.language in ("en", "fr", "ar", "other")
    assert 0 <= detected.confidence <= 1
