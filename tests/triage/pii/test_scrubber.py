"""Tickets in, tickets without personal data out."""

import json
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bentos.triage.pii.names.tagger import NameTagger
from bentos.triage.pii.scrubber import Scrubber
from tests.triage.cpu_time import is_linear

_DATA = Path(__file__).parents[2] / "data"
_NAMES = Path(__file__).parents[3] / "release" / "names"
_LANGUAGES = ("en", "fr", "ar")


@pytest.fixture(scope="module")
def scrubber() -> Scrubber:
    return Scrubber(NameTagger.load(_NAMES))


def test_values_become_typed_placeholders(scrubber: Scrubber) -> None:
    text = "Hello, my name is Sarah Mejri, call me at +216 22 345 678 or sarah.mejri@x.tn."
    scrubbed = scrubber.scrub(text)
    assert scrubbed.text == (
        "Hello, my name is <PERSON_1>, call me at <PHONE_NUMBER_1> or <EMAIL_ADDRESS_1>."
    )
    assert scrubbed.counts == {"PERSON": 1, "PHONE_NUMBER": 1, "EMAIL_ADDRESS": 1}


def test_the_same_value_has_the_same_placeholder_however_it_is_grouped(scrubber: Scrubber) -> None:
    scrubbed = scrubber.scrub("tel 98 123 456, again tel 98.123.456, not tel 98 123 457")
    assert scrubbed.text == (
        "tel <PHONE_NUMBER_1>, again tel <PHONE_NUMBER_1>, not tel <PHONE_NUMBER_2>"
    )


@pytest.mark.parametrize(
    "text",
    [
        "هاتفي ٢٢٣٤٥٦٧٨",
        "my phone: ２２３４５６７８",
        "my phone: 22\u200b345\u200f678",
        "my phone: \u202a22345678\u202c",
        "my phone: 2\u03012345678",
    ],
)
def test_nothing_hides_a_value(scrubber: Scrubber, text: str) -> None:
    scrubbed = scrubber.scrub(text).text
    assert "<PHONE_NUMBER_1>" in scrubbed
    assert not any(character.isdigit() and character != "1" for character in scrubbed)


def test_without_the_model_of_names_patterns_still_run_and_it_says_so() -> None:
    scrubbed = Scrubber(None).scrub("Sarah Mejri, sarah@x.tn")
    assert scrubbed.text == "Sarah Mejri, <EMAIL_ADDRESS_1>"
    assert not scrubbed.names_were_read


@pytest.mark.parametrize("language", _LANGUAGES)
def test_what_is_no_personal_data_survives(scrubber: Scrubber, language: str) -> None:
    rows = (_DATA / f"clean_{language}.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [json.loads(row)["text"] for row in rows]
    masked = sum(
        len(text[span.start : span.end].split()) for text in texts for span in scrubber.find(text)
    )
    assert masked <= 0.015 * sum(len(text.split()) for text in texts)


@given(st.text(max_size=60), st.sampled_from(["+216 22 345 678", "jo@x.tn", "4111 1111 1111 1111"]))
@settings(deadline=None)
def test_offsets_map_back_to_the_ticket_as_it_was_sent(around: str, value: str) -> None:
    text = f"{around} {value} {around}"
    scrubbed = Scrubber(None).scrub(text)
    for span in scrubbed.spans:
        assert 0 <= span.start < span.end <= len(text)
    kept = [piece for piece in scrubbed.pieces[::2]]
    for at, start, end in kept:
        assert scrubbed.text[at : at + end - start] == text[start:end]
        if end > start:
            assert scrubbed.original(at, at + end - start) == (start, end)


def test_a_placeholder_maps_back_to_its_value(scrubber: Scrubber) -> None:
    text = "call +216 22 345 678 now"
    scrubbed = scrubber.scrub(text)
    start = scrubbed.text.index("<")
    end = scrubbed.text.index(">") + 1
    assert text[slice(*scrubbed.original(start, end))] == "+216 22 345 678"
    now = scrubbed.text.index("now")
    assert text[slice(*scrubbed.original(now, now + 3))] == "now"


@pytest.mark.parametrize(
    "unit", ["a@b.co ", "1.2.3.4, ", "http://a.b/c ", "tel 98 123 456, ", "½ "]
)
def test_many_values_take_as_much_longer_as_they_are_more(scrubber: Scrubber, unit: str) -> None:
    assert is_linear(lambda size: partial(scrubber.scrub, unit * size), 7_000 // len(unit))
