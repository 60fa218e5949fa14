"""Servers in other shapes than the default one: remote, starved, broken, and from the bentofile."""

import asyncio
import itertools
import json
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from bentos.schemas import EXAMPLE_TEXTS
from bentos.settings import settings
from bentos.wire import ErrorResponse
from tests.services.conftest import (
    AGENT,
    BENTOML,
    REPOSITORY,
    SVM,
    TRANSFORMER,
    Server,
    batches,
    environment,
    free_port,
    kill,
    post_many,
    serve,
    stop,
)

pytestmark = pytest.mark.service

NewHome = Callable[[], Path]


def _assert_unavailable(server: Server, model: str) -> None:
    ticket = {"text": "printer", "model": model}
    begin = time.monotonic()
    with server.client() as client:
        answers = [
            client.get("/readyz"),
            client.post("/predict", json=ticket),
            client.post("/predict_batch", json={"tickets": [ticket]}),
        ]
        assert client.get("/livez").status_code == 200
    assert time.monotonic() - begin < 5
    for answer in answers:
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert ErrorResponse.model_validate_json(answer.content).error.code == "unavailable"


def test_without_its_models_the_agent_starts_and_says_so(new_home: NewHome) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    urls = {"SVM_URL": nobody, "TRANSFORMER_URL": nobody}
    with serve(new_home(), AGENT, wait_for="/livez", **urls) as agent:
        _assert_unavailable(agent, "svm")
        _assert_unavailable(agent, "transformer")
        assert "Traceback" not in agent.log()


@pytest.mark.parametrize(
    ("service", "variable", "model"),
    [(SVM, "SVM_URL", "svm"), (TRANSFORMER, "TRANSFORMER_URL", "transformer")],
)
def test_a_remote_model_answers_in_batches_and_may_come_and_go(
    new_home: NewHome, service: str, variable: str, model: str
) -> None:
    with (
        serve(new_home(), service) as remote,
        serve(new_home(), AGENT, **{variable: remote.url}) as agent,
    ):
        with agent.client() as client:
            ticket = {"text": EXAMPLE_TEXTS[0], "model": model}
            triage = client.post("/predict", json={**ticket, "explain": True}).json()
            batch = client.post("/predict_batch", json={"tickets": [ticket]}).json()
        assert triage["explanation"]
        assert batch["results"][0]["probabilities"] == pytest.approx(triage["probabilities"])
        responses = asyncio.run(post_many(agent, requests=200, concurrent=32, model=model))
        assert {response.status_code for response in responses} == {200}
        name = service.rpartition(":")[2]
        texts, merged = batches(remote, name)
        assert merged < texts
        stop(remote)
        with agent.client() as client:
            alone = client.post("/predict", json={"text": "a new ticket", "model": model})
            assert client.get("/readyz").status_code == 200
        assert alone.status_code == 200
        assert alone.json()["degraded"] is True
        assert alone.json()["model"] != model
        assert not re.search(r"Traceback|\[ERROR\]", agent.log())


def test_no_ticket_is_lost_when_the_transformer_is_killed_under_load(new_home: NewHome) -> None:
    port = free_port()
    budget = settings().ticket_budget_seconds
    url = f"http://127.0.0.1:{port}"
    with serve(new_home(), AGENT, wait_for="/livez", TRANSFORMER_URL=url) as agent:
        with serve(new_home(), TRANSFORMER, port=port) as transformer:
            before = asyncio.run(_load_while(agent, transformer, requests=1_000))
        with serve(new_home(), TRANSFORMER, port=port):
            used_again = _seconds_until_used(agent)
    assert {response.status_code for response in before} == {200}
    assert max(response.elapsed.total_seconds() for response in before) < budget + 0.2
    degraded = [response.json()["degraded"] for response in before]
    assert not degraded[0]
    assert any(degraded)
    assert used_again < 5


async def _load_while(agent: Server, transformer: Server, requests: int) -> list[httpx.Response]:
    """The answers to tickets for both models, the transformer killed among them."""
    load = asyncio.create_task(post_many(agent, requests, concurrent=32, model="auto"))
    await asyncio.sleep(1)
    kill(transformer)
    return await load


def _seconds_until_used(agent: Server) -> float:
    """How long until the transformer takes part in an answer again."""
    begin = time.monotonic()
    with agent.client() as client:
        for number in itertools.count():
            ticket = {"text": f"{EXAMPLE_TEXTS[1]} encore {number}"}
            if client.post("/predict", json=ticket).json()["model"] == "both":
                break
            if time.monotonic() - begin > 10:
                break
    return time.monotonic() - begin


def test_without_the_model_of_names_the_answer_says_so(new_home: NewHome) -> None:
    # A process less to start.
    nobody = f"http://127.0.0.1:{free_port()}"
    settings = {"CALLCENTER_NAMES_MODEL": "", "TRANSFORMER_URL": nobody}
    with serve(new_home(), AGENT, **settings) as agent, agent.client() as client:
        triage = client.post("/predict", json={"text": "I am Sarah Mejri, jo@x.tn"}).json()
    assert triage["names_scrubbed"] is False
    assert triage["scrubbed_text"] == "I am Sarah Mejri, <EMAIL_ADDRESS_1>"


@pytest.mark.parametrize(("service", "copies"), [(SVM, 3_333), (TRANSFORMER, 100)])
def test_a_model_service_on_its_own(new_home: NewHome, service: str, copies: int) -> None:
    with serve(new_home(), service) as server, server.client() as client:
        predictions = client.post("/predict", json={"texts": EXAMPLE_TEXTS}).json()
        bulk = client.post("/predict_bulk", json={"texts": EXAMPLE_TEXTS * copies}).json()
        assert len(predictions) == 3
        assert [found["label"] for found in bulk["predictions"][:3]] == [
            found["label"] for found in predictions
        ]
        assert len(bulk["predictions"]) == 3 * copies
        assert client.post("/predict", json={"texts": []}).json() == []
        bad = ([5], "texts.0"), ("abc", "texts"), (["a", ""], "texts.1"), (["a"] * 33, "texts")
        for texts, field in bad:
            refusal = client.post("/predict", json={"texts": texts})
            assert refusal.status_code == 422
            assert refusal.json()["error"]["field"] == field


def test_the_transformer_refuses_to_explain_for_minutes(new_home: NewHome) -> None:
    item = {"text": EXAMPLE_TEXTS[0], "category": "Access"}
    with serve(new_home(), TRANSFORMER) as server, server.client() as client:
        assert len(client.post("/explain", json={"items": [item] * 2}).json()["explanations"]) == 2
        refusal = client.post("/explain", json={"items": [item] * 26})
    assert refusal.status_code == 422
    assert refusal.json()["error"]["field"] == "items"


def test_the_transformer_stays_under_half_a_gigabyte(new_home: NewHome) -> None:
    texts = [f"{text} {' again' * (place % 300)}" for place, text in enumerate(EXAMPLE_TEXTS * 60)]
    longest = ["printer " * 2_499] * 350
    limits = {"CALLCENTER_BULK_SECONDS": "3"}
    with serve(new_home(), TRANSFORMER, **limits) as server, server.client() as client:
        assert client.post("/predict_bulk", json={"texts": texts}).status_code == 200
        bulk = client.post("/predict_bulk", json={"texts": longest})
        assert bulk.status_code == 200
        assert len(bulk.json()["predictions"]) == 350
        assert client.post("/predict", json={"texts": texts[:32]}).status_code == 200
        group = psutil.Process(server.process.pid)
        processes = [group, *group.children(recursive=True)]
        assert max(_peak_bytes(process.pid) for process in processes) < 500_000_000


def _peak_bytes(process: int) -> int:
    """The most memory that a process has held so far: Linux's VmHWM."""
    status = Path(f"/proc/{process}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found
    return int(found[1]) * 1024


def test_the_bentofile_serves_the_agent_within_the_limits_that_are_set(new_home: NewHome) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        # Takes connections and never answers.
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        limits = {"CALLCENTER_MAX_CONCURRENCY": "1", "CALLCENTER_TIMEOUT_SECONDS": "2"}
        models = {"SVM_URL": url, "TRANSFORMER_URL": url}
        with serve(new_home(), wait_for="/livez", **limits, **models) as agent:
            answers = asyncio.run(post_many(agent, requests=2, concurrent=2))
    busy, slow = sorted(answers, key=lambda answer: answer.status_code)
    assert (busy.status_code, slow.status_code) == (429, 503)
    assert busy.json()["error"]["code"] == "too_many_requests"
    assert int(busy.headers["retry-after"]) > 0
    assert "did not answer in time" in slow.json()["error"]["message"]


def test_half_a_request_takes_no_slot_and_is_told_that_it_is_late(new_home: NewHome) -> None:
    limits = {"CALLCENTER_MAX_CONCURRENCY": "1", "CALLCENTER_BODY_SECONDS": "2"}
    with serve(new_home(), AGENT, **limits) as agent, agent.client() as client:
        with _half_a_request(agent) as slow:
            assert client.post("/predict", json={"text": "printer"}).status_code == 200
            answer = slow.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 408")
    assert b'"code":"request_timeout"' in answer


@contextmanager
def _half_a_request(agent: Server) -> Iterator[socket.socket]:
    """A connection whose request has a body that doesn't arrive."""
    host, _, port = agent.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(
            b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b'Connection: close\r\nContent-Length: 100\r\n\r\n{"text": '
        )
        yield connection


def _run(home: Path, **variables: str) -> str:
    """What a server that must not start prints."""
    process = subprocess.run(
        [BENTOML, "serve", AGENT, "--port", str(free_port())],
        cwd=REPOSITORY,
        env=environment(home, variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )
    assert process.returncode != 0
    return process.stdout.strip()


def test_without_a_model_the_server_says_how_to_get_one(tmp_path: Path) -> None:
    assert _run(tmp_path) == (
        "Error: [serve] `serve` failed: model callcenter-router:latest is not in the BentoML store "
        f"{tmp_path}/models: run `callcenter install release`"
    )


def test_an_altered_model_is_not_served(new_home: NewHome, tmp_path: Path) -> None:
    shutil.copytree(new_home() / "models", tmp_path / "models")
    [manifest] = (tmp_path / "models").glob("callcenter-svm/*/manifest.json")
    [altered, *_] = json.loads(manifest.read_text())["files"]
    (manifest.parent / altered).write_bytes(b"altered")
    printed = _run(tmp_path)
    assert "the file was altered; pull or release the model again" in printed
    assert "Traceback" not in printed


def test_a_wrong_setting_is_named_in_one_line(tmp_path: Path) -> None:
    assert _run(tmp_path, CALLCENTER_MAX_BODY_BYTES="lots").startswith(
        "Error: [serve] `serve` failed: CALLCENTER_MAX_BODY_BYTES has value 'lots': "
    )


def test_no_usage_is_reported_to_anybody(new_home: NewHome) -> None:
    # With this, BentoML prints its reports instead of sending them.
    with serve(new_home(), SVM, __BENTOML_DEBUG_USAGE="True") as server:
        stop(server)
        assert "Tracking" not in server.log()
