"""Thousands of generated requests that reach the models: each is answered as it is described."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.reliability.generated import Texts, cases, with_texts
from tests.reliability.record import ROOT, record
from tests.services.conftest import AGENT, SVM, TRANSFORMER, serve

pytestmark = pytest.mark.reliability

IS_FULL = bool(os.environ.get("CALLCENTER_FULL_ATTACK"))
# Of the full attack; the gate sends a tenth.
SENT = {
    "agent": {"/predict": 2_600, "/predict_batch": 700},
    "svm": {"/predict": 900, "/predict_bulk": 500, "/explain": 500},
    "transformer": {"/predict": 600, "/predict_bulk": 300, "/explain": 150},
}
REACHED = 5_000
CONCURRENT = 4
LONGEST_SECONDS = 40
# Of requests without any answer: the server is gone, and each would be waited for.
MOST_UNANSWERED = 10
# Where an answer has its results, if it has more than one.
LISTS = ("results", "predictions", "explanations")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def urls(new_home: Callable[[], Path]) -> Iterator[Mapping[str, str]]:
    """An agent without a cache, and its two models, each a server of its own."""
    with serve(new_home(), SVM) as svm, serve(new_home(), TRANSFORMER) as transformer:
        models = {"SVM_URL": svm.url, "TRANSFORMER_URL": transformer.url}
        with serve(new_home(), AGENT, CALLCENTER_CACHE_ENTRIES="0", **models) as agent:
            yield {"agent": agent.url, "svm": svm.url, "transformer": transformer.url}


class Tally:
    """What became of the requests: how many had which status, reached a model, or failed."""

    def __init__(self) -> None:
        self.statuses: Counter[int] = Counter()
        self.reached: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.unanswered: list[str] = []

    @property
    def sent(self) -> int:
        return self.statuses.total() + len(self.unanswered)

    @property
    def failures(self) -> list[str]:
        return self.unanswered + self.wrong

    def send(self, service: str, requested: list[Case]) -> None:
        """Sends the requests, a few at a time, and looks at every answer."""
        with requests.Session() as session, ThreadPoolExecutor(CONCURRENT) as pool:
            for case, answer in zip(requested, pool.map(self._asker(session), requested)):
                if answer is not None:
                    self._look_at(service, case, answer)

    def _asker(self, session: requests.Session) -> Callable[[Case], Response | None]:
        def ask(case: Case) -> Response | None:
            if len(self.unanswered) >= MOST_UNANSWERED:
                return None
            try:
                return case.call(session=session, timeout=LONGEST_SECONDS)
            except requests.RequestException as failure:
                self.unanswered.append(f"{type(failure).__name__}: {_said(case)}")
                return None

        return ask

    def _look_at(self, service: str, case: Case, answer: Response) -> None:
        self.statuses[answer.status_code] += 1
        try:
            case.validate_response(answer, checks=CHECKS)
            content = answer.json()
            if answer.status_code == 200:
                results = _results(content)
                self.reached[service] += any(map(_is_by_a_model, results))
                assert not any(map(_is_a_fault, results)), "a fault of the server's in a result"
            else:
                assert set(content) == {"error"}, "another shape"
                assert set(content["error"]) == {"code", "message", "field"}, "another shape"
        except (FailureGroup, AssertionError, ValueError) as failure:
            kind = ", ".join(map(_title, getattr(failure, "exceptions", [failure])))
            self.wrong.append(f"{answer.status_code}, {kind}: {_said(case)}")


def _title(failure: BaseException) -> str:
    return str(getattr(failure, "title", failure))


def _said(case: Case) -> str:
    return f"{case.path} {ascii(case.body)[:300]}"


def _results(content: Any) -> list[Any]:
    """The results in an answer of status 200: triages, predictions, or words of explanations."""
    if isinstance(content, list):
        return content
    lists = [part for name, part in content.items() if name in LISTS]
    return lists[0] if lists else [content]


def _is_by_a_model(result: Any) -> bool:
    if isinstance(result, list):
        return len(result) > 0
    return "error" not in result and result.get("model") != "none"


def _is_a_fault(result: Any) -> bool:
    """Whether the result is an error that would be a 5xx if it stood alone."""
    return "error" in result and result["error"]["code"] in ("internal_error", "prediction_failed")


def _attack(urls: Mapping[str, str], mode: GenerationMode, share: float) -> Tally:
    tally, texts = Tally(), Texts(ROOT / "data" / "sample")
    for service, sent in SENT.items():
        description = schemathesis.openapi.from_url(f"{urls[service]}/docs.json", timeout=10)
        for path, count in sent.items():
            requested = cases(description[path]["POST"], mode, max(10, round(count * share)))
            if mode is GenerationMode.POSITIVE:
                for case in requested:
                    case.body = with_texts(case.body, texts.next)
            tally.send(service, requested)
    return tally


def test_thousands_of_generated_requests_reach_the_models(urls: Mapping[str, str]) -> None:
    share = 1.0 if IS_FULL else 0.1
    tally = _attack(urls, GenerationMode.POSITIVE, share)
    record(
        row=0,
        name="generated requests with real tickets and any Unicode text in them",
        promise="no 5xx; the answer is as described; errors have the one shape",
        tried=tally.sent,
        lost=len(tally.failures),
        reached_a_model=tally.reached.total(),
        refused=tally.sent - tally.statuses[200],
    )
    assert not tally.failures, "\n".join(tally.failures[:20])
    assert min(tally.reached[service] for service in SENT) > 0
    assert tally.reached.total() >= REACHED * share


def test_requests_that_are_wrong_on_purpose_are_refused_as_described(
    urls: Mapping[str, str],
) -> None:
    tally = _attack(urls, GenerationMode.NEGATIVE, 0.2 if IS_FULL else 0.02)
    record(
        row=0,
        name="generated requests that are wrong on purpose",
        promise="refused as described: no 5xx, one shape of errors",
        tried=tally.sent,
        lost=len(tally.failures),
        refused=tally.sent - tally.statuses[200],
    )
    assert not tally.failures, "\n".join(tally.failures[:20])
    assert tally.statuses[422] > 0
