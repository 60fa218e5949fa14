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
    assert triage.versions.router
    assert triage.prediction_set[0] == triage.category
    assert triage.degraded is False
    assert triage.explanation is None


def test_says_the_language_and_which_model_answered_by_which_rule(client: httpx.Client) -> None:
    answers = [client.post("/predict", json={"text": text}).json() for text in EXAMPLE_TEXTS]
    assert [answer["language"] for answer in answers] == ["en", "fr", "ar"]
    assert [answer["model"] for answer in answers] == ["svm", "both", "both"]
    assert [answer["route"]["rule"] for answer in answers] == ["svm_sure", "language", "language"]
    assert answers[0]["route"]["expected_gain"] < answers[0]["route"]["least_gain"]
    assert answers[0]["route"]["signals"]["words"] == 14
    assert "model" in answers[0]["route"]["reason"]
    assert "modèles" in answers[1]["route"]["reason"]
    assert "النموذجان" in answers[2]["route"]["reason"]


def test_personal_data_are_replaced_before_the_models_and_in_the_answer(
    client: httpx.Client,
) -> None:
    text = "Hello, my name is Sarah Mejri, call +216 22 345 678, the printer is broken"
    triage = client.post("/predict", json={"text": text, "explain": True}).json()
    assert triage["scrubbed_text"] == (
        "Hello, my name is <PERSON_1>, call <PHONE_NUMBER_1>, the printer is broken"
    )
    assert triage["pii"] == {"PERSON": 1, "PHONE_NUMBER": 1}
    assert triage["names_scrubbed"] is True
    words = {word["token"]: text[word["start"] : word["end"]] for word in triage["explanation"]}
    assert words["printer"] == "printer"
    assert "printer" in triage["explanation_text"]


def test_an_unsure_answer_goes_to_a_human_and_says_why(client: httpx.Client) -> None:
    triage = client.post("/predict", json={"text": "need something from the team today"}).json()
    assert triage["needs_review"] is True
    assert triage["review_reason"] == "low_confidence"
    assert "human" in triage["route"]["reason"]
    foreign = client.post("/predict", json={"text": "Mi ordenador no funciona desde ayer"}).json()
    assert foreign["language"] == "other"
    assert foreign["review_reason"] == "unknown_language"


def test_a_ticket_of_nothing_but_personal_data_goes_to_a_human(client: httpx.Client) -> None:
    triage = client.post("/predict", json={"text": "Sarah Mejri, +216 22 345 678"}).json()
    assert triage["scrubbed_text"] == "<PERSON_1>, <PHONE_NUMBER_1>"
    assert triage["review_reason"] == "nothing_left"
    assert (triage["category"], triage["confidence"]) == ("Miscellaneous", 0.125)
    assert triage["model"] == "none"


def test_a_ticket_sent_again_is_answered_from_the_cache(client: httpx.Client) -> None:
    def hits() -> float:
        found = re.search(
            r'callcenter_cache_total{outcome="hit"} (\S+)', client.get("/metrics").text
        )
        return float(found[1]) if found else 0.0

    ticket = {"text": "l'écran du poste d'accueil reste noir depuis mardi"}
    first = client.post("/predict", json=ticket).json()
    before = hits()
    second = client.post("/predict", json=ticket).json()
    assert hits() == before + 1
    assert second["probabilities"] == first["probabilities"]
    assert second["ticket_id"] != first["ticket_id"]


def test_answers_are_counted_by_what_decided_them(client: httpx.Client) -> None:
    client.post("/predict", json={"text": "Please reset my password, jo.smith@example.com"})
    metrics = client.get("/metrics").text
    for name in (
        "predictions_total",
        "route_total",
        "confidence_bucket",
        "stage_seconds_bucket",
        'pii_entities_total{type="EMAIL_ADDRESS"}',
    ):
        assert f"callcenter_{name}" in metrics


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
    assert batch.summary.escalated == 2
    assert batch.summary.degraded == 0
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
    # The quicker the model, the less there is to merge.
    texts_before, batches_before = batches(agent, "TransformerService")
    responses = asyncio.run(post_many(agent, requests=200, concurrent=32, model="transformer"))
    texts, merged = batches(agent, "TransformerService")
    assert {response.status_code for response in responses} == {200}
    # On a busy machine some are late, and the SVM's to answer; each of the others was in a batch.
    answered = sum(response.json()["model"] == "transformer" for response in responses)
    assert 100 < answered <= texts - texts_before <= 200
    assert merged - batches_before < (texts - texts_before) / 2


def test_items_per_batch_are_measured(client: httpx.Client) -> None:
    client.post("/predict_batch", json={"tickets": [{"text": f"printer {word}"} for word in "abc"]})
    metrics = client.get("/metrics").text
    assert re.search(r'callcenter_batch_items_bucket{le="4.0",service="SvmService"} [1-9]', metrics)
