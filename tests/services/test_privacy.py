"""What customers write reaches no log, metric or error message; what we serve, no third party."""

import itertools
import json
import re

import httpx
import pytest

from tests.services.conftest import Server

pytestmark = pytest.mark.service

JSON = {"Content-Type": "application/json"}
SECRET = "Zebulon.Quackenbush@example.org"
SECRETS = re.compile(r"zebulon|quackenbush", re.IGNORECASE)
BODIES = [
    f'{{"text": "my printer {SECRET} is broken", "model": "transformer", "explain": true}}',
    f'{{"text": "my printer {SECRET} is broken", "explain": true}}',
    f'{{"text": "{SECRET}"}}',
    f'{{"text": "a {SECRET}", "{SECRET}": "{SECRET}"}}',
    f'{{"text": ["{SECRET}"]}}',
    f'{{"text": {{"{SECRET}": "{SECRET}"}}}}',
    f'{{"text": "a", "model": "{SECRET}"}}',
    f'{{"text": "a", "channel": ["{SECRET}"]}}',
    f'{{"text": "a", "explain": "{SECRET}"}}',
    f'{{"{SECRET}": 1}}',
    f'{{"text": "{SECRET} \\ud800"}}',
    f'{{"text": "{SECRET}',
    f'["{SECRET}"]',
    f'"{SECRET}"',
    SECRET,
    f'{{"text": "{SECRET} {"a" * 20_000}"}}',
    f'{{"text": "{SECRET} {"a" * 2_000_000}"}}',
]


def requests(client: httpx.Client) -> list[httpx.Response]:
    batches = [f'{{"tickets": [{body}, {body}]}}' for body in BODIES]
    return [
        *(
            client.post(path, content=body.encode(), headers=JSON)
            for path, body in itertools.product(("/predict", "/predict_batch"), BODIES)
        ),
        *(client.post("/predict_batch", content=body.encode(), headers=JSON) for body in batches),
        client.post("/predict", content=b"{}", headers={"Content-Type": f"text/{SECRET}"}),
        client.post("/predict", files={SECRET: SECRET.encode()}),
        client.post("/predict", data={SECRET: SECRET}),
        client.post("/predict", content=b"\xff", headers={**JSON, "X-Name": SECRET}),
        client.post(
            "/predict", content=SECRET, headers={"Content-Type": "application/vnd.bentoml+pickle"}
        ),
        client.post(f"/predict/{SECRET}", json={}),
        client.get(f"/{SECRET}"),
        client.get(f"/static_content/{SECRET}"),
        client.get("/predict", params={"text": SECRET}),
        client.request("POST", f"/{SECRET}?{SECRET}", json={"text": SECRET}),
    ]


def test_what_is_sent_is_neither_logged_nor_measured_nor_repeated(agent: Server) -> None:
    with agent.client() as client:
        answers = requests(client)
        metrics = client.get("/metrics").text
    assert {answer.status_code for answer in answers} == {200, 400, 404, 405, 413, 415, 422}
    refusals = [answer.text for answer in answers if answer.status_code != 200]
    # A batch that is answered may hold a refusal in place of a ticket.
    errors = [
        json.dumps(result["error"])
        for answer in answers
        if answer.status_code == 200
        for result in answer.json().get("results", [])
        if "error" in result
    ]
    assert not SECRETS.search(metrics)
    assert not any(SECRETS.search(text) for text in (*refusals, *errors))
    assert not SECRETS.search(agent.log())


def test_a_callers_mistake_leaves_no_traceback(agent: Server) -> None:
    before = len(agent.log())
    with agent.client() as client:
        requests(client)
    assert not re.search(r"Traceback|\[ERROR\]|\[WARNING\]|Warning:", agent.log()[before:])


def test_unknown_paths_are_one_time_series(agent: Server) -> None:
    with agent.client() as client:
        for number in range(5):
            client.get(f"/nothing/{number}")
        metrics = client.get("/metrics").text
    endpoints = set(re.findall(r'endpoint="([^"]*)"', metrics))
    assert "/unknown" in endpoints
    assert not any("nothing" in endpoint for endpoint in endpoints)


def test_the_page_loads_nothing_from_elsewhere(client: httpx.Client) -> None:
    page = client.get("/")
    assert "<title>CallCenterAI</title>" in page.text
    assert not re.search(r"https?://|//[a-z]|gtm|googletagmanager", page.text.replace("// By", ""))
    assert "default-src 'self'" in page.headers["content-security-policy"]
    for path in re.findall(r'(?:src|href)="\./([^"]+)"', page.text):
        assert client.get(f"/{path}").status_code == 200
