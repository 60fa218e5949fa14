"""Tickets in, triages out, over HTTP."""

import asyncio
import json
import re

import httpx
import pytest

from bentos.schemas import EXAMPLE_TEXTS, BatchSummary, Triage, TriageBatch
from bentos.triage.categories import CATEGORIES
from tests.services.conftest import Server, batches, post_many

pytestmark = pytest.mark.service


@pytest.mark.parametrize("text", EXAMPLE_TEXTS, ids=["en", "fr", "ar"])
def test_answers_in_three_languages(client: httpx.Client, text: str) -> None:
    response = client.post("/predict", json={"text": text})
    assert response.status_code == 200
    triage = Triage.model_validate_json(response.content)
    assert tuple(triage.probabilities) == CATEGORIES
    assert sum(triage.probabilities.values()) == pytest.approx(1)
    assert triage.confidence == max(triage.probabilities.values())
    assert triage.probabilities[triage.category] == triage.confidence
    assert re.fullmatch("[0-9a-f]{32}", triage.ticket_id)
    assert triage.latency_ms > 0
    assert triage.versions.svm
    assert triage.versions.transformer is None


@pytest.mark.parametrize("text", EXAMPLE_TEXTS, ids=["en", "fr", "ar"])
def test_the_transformer_answers_when_it_is_asked(client: httpx.Client, text: str) -> None:
    response = client.post("/predict", json={"text": text, "model": "transformer"})
    assert response.status_code == 200
    triage = Triage.model_validate_json(response.content)
    assert triage.model == "transformer"
    assert sum(triage.probabilities.values()) == pytest.approx(1)
    assert triage.probabilities[triage.category] == triage.confidence
    assert triage.versions.transformer
    assert triage.versions.svm is None


def test_the_transformer_knows_what_the_examples_are_about(client: httpx.Client) -> None:
    answers = [
        client.post("/predict", json={"text": text, "model": "transformer"}).json()
        for text in EXAMPLE_TEXTS
    ]
    assert [answer["category"] for answer in answers] == ["Access", "Hardware", "Purchase"]


def test_says_nothing_of_what_it_does_not_know(client: httpx.Client) -> None:
    triage = client.post("/predict", json={"text": EXAMPLE_TEXTS[0]}).json()
    unknown = ("prediction_set", "needs_review", "language", "scrubbed_text", "pii", "route")
    assert [triage[name] for name in unknown] == [None] * len(unknown)
    assert triage["explanation"] is None
    assert triage["model"] == "svm"
    assert triage["degraded"] is False


@pytest.mark.parametrize("model", ["svm", "transformer"])
@pytest.mark.parametrize("text", EXAMPLE_TEXTS, ids=["en", "fr", "ar"])
def test_explains_on_request(client: httpx.Client, text: str, model: str) -> None:
    ticket = {"text": text, "model": model, "explain": True}
    explanation = client.post("/predict", json=ticket).json()["explanation"]
    assert explanation
    weights = [abs(word["weight"]) for word in explanation]
    assert weights == sorted(weights, reverse=True)
    assert all(0 <= word["start"] < word["end"] <= len(text) for word in explanation)


def test_every_ticket_has_its_own_id(client: httpx.Client) -> None:
    ids = [client.post("/predict", json={"text": "printer"}).json()["ticket_id"] for _ in range(3)]
    assert len(set(ids)) == 3


def test_a_batch_is_in_order_and_a_bad_ticket_harms_no_other(client: httpx.Client) -> None:
    tickets = [
        {"text": EXAMPLE_TEXTS[0]},
        {"text": "   "},
        {"text": EXAMPLE_TEXTS[1], "explain": True},
        7,
        {"text": "no", "unknown": 1},
        {"text": "half \ud800 a pair"},
        {"error": {"code": "text_empty", "message": "", "field": None}},
        {"text": EXAMPLE_TEXTS[2], "model": "transformer", "explain": True},
        {"text": EXAMPLE_TEXTS[2]},
    ]
    body = json.dumps({"tickets": tickets})
    response = client.post(
        "/predict_batch", content=body, headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 200
    results = response.json()["results"]
    assert [result.get("error", {}).get("code") for result in results] == [
        None,
        "text_empty",
        None,
        "wrong_type",
        "unknown_field",
        "not_unicode",
        "missing_field",
        None,
        None,
    ]
    assert results[1]["error"]["field"] == "tickets.1.text"
    assert results[3]["error"]["field"] == "tickets.3"
    for place in (0, 2, 7, 8):
        single = client.post("/predict", json=tickets[place]).json()
        assert results[place]["model"] == single["model"]
        assert results[place]["probabilities"] == pytest.approx(single["probabilities"])
        assert results[place]["explanation"] == single["explanation"]


def test_a_batch_that_mixes_models_is_in_order(client: httpx.Client) -> None:
    tickets = [
        {"text": f"{EXAMPLE_TEXTS[place % 3]} {'again ' * place}", "model": model}
        for place, model in enumerate(["svm", "transformer", "transformer", "auto", "svm"] * 4)
    ]
    results = client.post("/predict_batch", json={"tickets": tickets}).json()["results"]
    for ticket, result in zip(tickets, results, strict=True):
        single = client.post("/predict", json=ticket).json()
        assert result["versions"] == single["versions"]
        assert result["probabilities"] == pytest.approx(single["probabilities"], abs=1e-5)


def test_the_transformer_explains_a_bounded_part_of_a_batch(client: httpx.Client) -> None:
    ticket = {"text": "my printer is broken", "model": "transformer", "explain": True}
    results = client.post("/predict_batch", json={"tickets": [ticket] * 27}).json()["results"]
    assert all(result["explanation"] for result in results[:25])
    assert {result["error"]["code"] for result in results[25:]} == {"too_many_explanations"}
    assert results[26]["error"]["field"] == "tickets.26.explain"


def test_a_batch_is_summarised(client: httpx.Client) -> None:
    tickets = [{"text": text} for text in (*EXAMPLE_TEXTS, "", "?")]
    batch = TriageBatch.model_validate_json(
        client.post("/predict_batch", json={"tickets": tickets}).content
    )
    assert isinstance(batch.summary, BatchSummary)
    assert (batch.summary.tickets, batch.summary.answered, batch.summary.failed) == (5, 3, 2)
    assert sum(batch.summary.categories.values()) == 3


def test_an_empty_batch_has_no_results(client: httpx.Client) -> None:
    assert client.post("/predict_batch", json={"tickets": []}).json()["results"] == []


def test_a_thousand_tickets_in_one_call(client: httpx.Client) -> None:
    tickets = [
        {"text": f"{EXAMPLE_TEXTS[place % 3]} {'again ' * (place % 7)}"} for place in range(1_000)
    ]
    response = client.post("/predict_batch", json={"tickets": tickets})
    assert response.json()["summary"]["answered"] == 1_000


def test_concurrent_tickets_are_merged_into_batches(agent: Server) -> None:
    requests_before, batches_before = batches(agent)
    responses = asyncio.run(post_many(agent, requests=200, concurrent=32))
    requests, merged = batches(agent)
    assert {response.status_code for response in responses} == {200}
    assert requests - requests_before == 200
    assert merged - batches_before < 200


def test_items_per_batch_are_measured(client: httpx.Client) -> None:
    client.post("/predict_batch", json={"tickets": [{"text": "printer"}] * 3})
    metrics = client.get("/metrics").text
    assert re.search(r'callcenter_batch_items_bucket{le="4.0",service="SvmService"} [1-9]', metrics)
