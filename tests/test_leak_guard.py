"""The guard finds what a pattern can tell, and takes nothing of the server's own for it."""

import logging
import random

import pytest
from prometheus_client import REGISTRY, Counter

from bentos.leak_guard import LeakGuard

ALWAYS = LeakGuard(1.0)
FOUND = [
    ("EMAIL_ADDRESS", "failed for jo.quack@example.org"),
    ("PHONE_NUMBER", "caller +33 6 12 34 56 78 hung up"),
    ("CREDIT_CARD", "refused 4539 5787 6362 1486"),
    ("IBAN_CODE", "from FR76 3000 6000 0112 3456 7890 189"),
    ("FR_NIR", "insured as 1 85 05 78 006 084 91"),
    ("TN_TAX_ID", "company 1234567A/A/M/000"),
    ("DATE_OF_BIRTH", "born on 12/03/1985"),
]
# What our servers log and label: of BentoML, uvicorn, circus and ourselves.
OWN = [
    'Starting production HTTP BentoServer from "bentos.services.agent:AgentService" listening on '
    "http://127.0.0.1:38411 (Press CTRL+C to quit)",
    "Service TransformerService initialized",
    "POST /predict 200",
    "OTHER /unknown 404",
    "the SVM didn't answer: ServerDisconnectedError",
    "a batch of 256 failed",
    "unexpected KeyError",
    "names stay in tickets: model callcenter-names:latest: /var/lib/models/names is missing",
    "[2026-11-25 07:34:23 +0000] [4711] [INFO] Arbiter exiting 1795592062.251",
    "  /srv/app/.venv/lib/python3.11/site-packages/bentoml/_internal/log.py:1234 in format",
    "trace 0af7651916cd43dd8448eb211c80319c span b7ad6b7169203331",
    "connection from 10.0.12.7:52110 to 192.168.1.10:4318 refused",
    "http://127.0.0.1:4318/v1/traces answered 503",
    "callcenter-svm:fd8a1aca0728",
    "0.0025",
    "+Inf",
    "2ezcuvqmkgh2kz5d",
]


def _value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.mark.parametrize(("kind", "text"), FOUND)
def test_personal_data_are_found_in_lines_and_rows(kind: str, text: str) -> None:
    before = _value("callcenter_leak_guard_hits_total", place="log", type=kind)
    assert ALWAYS.scan_line(text) == {kind}
    assert ALWAYS.scan_row("nothing here", text) == {kind}
    after = _value("callcenter_leak_guard_hits_total", place="log", type=kind)
    assert after == before + 1


@pytest.mark.parametrize("text", OWN)
def test_what_is_the_servers_own_is_not(text: str) -> None:
    assert not ALWAYS.scan_line(text)


@pytest.mark.parametrize("text", ["see http://intra.example.org/~jo", "from 10.0.12.7"])
def test_addresses_are_found_in_rows_only(text: str) -> None:
    assert ALWAYS.scan_row(text)
    assert not ALWAYS.scan_line(text)


def test_a_scrubbed_ticket_holds_nothing() -> None:
    text = "My password is <PASSWORD_1>, write to <EMAIL_ADDRESS_1> or call <PHONE_NUMBER_1>"
    assert not ALWAYS.scan_row(text)


def test_identifiers_that_we_make_are_not_taken_for_cards() -> None:
    drawn = random.Random(42)
    for _ in range(2_000):
        assert not ALWAYS.scan_line(f"{drawn.getrandbits(128):032x}")


def test_a_label_is_read_once_and_a_hit_names_its_place_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    counter = Counter("test_of_the_leak_guard", "Has a leak.", ["who"])
    counter.labels("jo.quack@example.org").inc()
    guard = LeakGuard(1.0)
    with caplog.at_level(logging.ERROR, "bentoml.callcenter"):
        guard.scan_metrics()
        guard.scan_metrics()
    REGISTRY.unregister(counter)
    assert [record.getMessage() for record in caplog.records] == [
        "the leak guard found EMAIL_ADDRESS in the label who of test_of_the_leak_guard"
    ]


def test_warnings_are_always_read_and_others_by_lot() -> None:
    guard = LeakGuard(0.2)
    assert all(guard.is_due(logging.WARNING) for _ in range(50))
    due = sum(guard.is_due(logging.INFO) for _ in range(2_000))
    assert 300 < due < 500


def test_a_rate_of_nothing_turns_it_off() -> None:
    guard = LeakGuard(0.0)
    assert not guard.is_due(logging.ERROR)
    assert not guard.scan_row("jo.quack@example.org")
    guard.scan_metrics()
