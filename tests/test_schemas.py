"""The models of the wire: what they take, and that their errors say nothing of what was sent."""

import json
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bentos.schemas import (
    EXAMPLE_TEXTS,
    Explainable,
    FewTexts,
    Route,
    Texts,
    Ticket,
    TicketBatch,
    Triage,
    Versions,
)
from bentos.triage.categories import CATEGORIES
from bentos.triage.normalise import normalise
from bentos.wire import ErrorResponse, first_error
from tests.triage.cpu_time import is_linear

SECRET = "Zebulon Quackenbush"


def _triage(**values: Any) -> Triage:
    given: dict[str, Any] = {
        "ticket_id": "0" * 32,
        "category": "Access",
        "confidence": 0.5,
        "probabilities": {label: 0.125 for label in CATEGORIES},
        "prediction_set": ["Access"],
        "needs_review": False,
        "model": "svm",
        "language": "en",
        "language_confidence": 0.9,
        "scrubbed_text": "my account",
        "pii": {},
        "names_scrubbed": True,
        "route": Route(rule="svm_sure", reason="Sure.", signals={}),
        "versions": Versions(svm="1"),
        "latency_ms": 1.0,
    }
    return Triage(**{**given, **values})


@pytest.mark.parametrize("text", EXAMPLE_TEXTS, ids=["en", "fr", "ar"])
def test_a_ticket_keeps_its_text_as_it_came(text: str) -> None:
    assert Ticket(text=f" {text}\n").text == f" {text}\n"


@given(st.text(max_size=200))
def test_a_text_is_taken_exactly_when_it_has_words(text: str) -> None:
    try:
        Ticket(text=text)
    except ValidationError as error:
        assert first_error(error).code in {"text_empty", "no_words"}
        assert not normalise(text)
    else:
        assert normalise(text)


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"text": SECRET, "model": SECRET}, "invalid_value", "model"),
        ({"text": SECRET, SECRET: SECRET}, "unknown_field", None),
        ({"text": [SECRET]}, "wrong_type", "text"),
        ({"text": SECRET.encode()}, "wrong_type", "text"),
        ({"text": SECRET + "\ud800"}, "not_unicode", "text"),
        ({"text": SECRET * 2_000}, "text_too_long", "text"),
        ({SECRET: SECRET}, "missing_field", "text"),
        (SECRET, "wrong_type", None),
    ],
)
def test_an_error_says_nothing_of_what_was_sent(
    values: object, code: str, field: str | None
) -> None:
    with pytest.raises(ValidationError) as caught:
        Ticket.model_validate(values)
    error = first_error(caught.value)
    assert (error.code, error.field) == (code, field)
    assert "Zebulon" not in error.model_dump_json()
    if SECRET not in values:  # A field's name is pydantic's to print; a value never is.
        assert "Zebulon" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("text", ["\ufdfa" * 1_111 + " a", "é" * 20_000, "½ kilo " * 2_222])
def test_a_text_that_is_short_enough_when_unfolded_is_taken(text: str) -> None:
    assert Ticket(text=text).text == text


@pytest.mark.parametrize(
    ("text", "unfolded"),
    [
        ("\ufdfa" * 20_000, 360_000),
        ("\ufdfa" * 1_111 + " abc", 20_002),
        ("㍿" * 5_001, 20_004),
        ("ab½" * 5_000, 25_000),
    ],
)
def test_a_text_that_unfolds_into_too_many_characters_is_too_long(text: str, unfolded: int) -> None:
    with pytest.raises(ValidationError) as caught:
        Ticket(text=text)
    error = first_error(caught.value)
    assert error.code == "text_too_long"
    assert error.message == (
        f"The text has {unfolded} characters when unfolded; at most 20000 are read."
    )


@pytest.mark.parametrize("beside", ["hello ", "salut é "])
def test_placeholders_make_no_scrubbed_text_too_long(beside: str) -> None:
    scrubbed = beside + "<EMAIL_ADDRESS_1> " * 10_000
    assert FewTexts(texts=[scrubbed]).texts == [scrubbed]
    assert Explainable(text=scrubbed, category="Access").text == scrubbed
    with pytest.raises(ValidationError) as caught:
        Texts(texts=[scrubbed + beside * 10_000])
    assert first_error(caught.value).code == "text_too_long"


def test_placeholders_count_in_a_ticket() -> None:
    with pytest.raises(ValidationError) as caught:
        Ticket(text="hello " + "<EMAIL_ADDRESS_1> " * 10_000)
    assert first_error(caught.value).code == "text_too_long"


@pytest.mark.parametrize(
    "unit", ["é", "漢", "\u0301\u0316", "\uff9e\u0301", "\u200b\u0316", "ﷺ", "½ ", "a\u0301"]
)
def test_no_text_is_hard_to_check(unit: str) -> None:
    def check(size: int) -> Callable[[], object]:
        # One word, whatever the marks between its letters are.
        text = "a" + unit * (size // len(unit)) + "b"
        return lambda: TicketBatch.model_validate({"tickets": [{"text": text}]})

    assert is_linear(check, 9_000)


def test_a_batch_keeps_an_error_in_the_place_of_a_bad_ticket() -> None:
    batch = TicketBatch.model_validate({"tickets": [{"text": "a"}, {"text": ""}, 3]})
    assert [type(ticket) for ticket in batch.tickets] == [Ticket, ErrorResponse, ErrorResponse]


def test_a_sender_can_not_place_an_error_of_his_own() -> None:
    forged = {"error": {"code": "text_empty", "message": SECRET, "field": None}}
    [ticket] = TicketBatch.model_validate({"tickets": [forged]}).tickets
    assert "Zebulon" not in repr(ticket)


def test_a_model_service_names_the_bad_text() -> None:
    with pytest.raises(ValidationError) as caught:
        Texts.model_validate({"texts": ["a", ""]})
    assert first_error(caught.value).field == "texts.1"


def test_a_batch_is_described_as_a_list_of_tickets() -> None:
    schema = TicketBatch.model_json_schema()
    assert schema["properties"]["tickets"]["items"] == {"$ref": "#/$defs/Ticket"}
    assert "ErrorResponse" not in json.dumps(schema)


def test_a_triage_without_an_explanation_says_nothing_of_it() -> None:
    known = _triage().model_dump(exclude_none=True)
    assert known["degraded"] is False
    assert not {"explanation", "explanation_text", "review_reason"} & known.keys()


@pytest.mark.parametrize("confidence", [-0.1, 1.1, float("nan")])
def test_a_confidence_is_a_probability(confidence: float) -> None:
    with pytest.raises(ValidationError):
        _triage(confidence=confidence)
