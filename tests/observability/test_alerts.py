"""Every alert's query has a value, and fires, or waits to, on the faults that were made alone."""

import re

import pytest

from tests.observability.alerts import Alert, alerts
from tests.observability.run import ADDRESS, Phase, Run

pytestmark = pytest.mark.observability

FIRES = {"LeakGuardHit", "ErrorBudgetBurnFast", "ErrorBudgetBurnSlow", "ErrorBudgetBurnTrickle"}
# They wait for a minute or two, which the run doesn't.
WAITS = {"TargetDown", "ServiceGone", "TicketsUnanswered", "DegradedAnswers", "BreakerOpen"}
# How busy this machine is decides; they must not fire.
DEPENDS = {"TicketsSlow", "QueueLong", "BatchesFull", "RequestsNearLimit"}
# There is no value while every service is there.
ABSENT = {"ServiceGone"}
_RATIOS = re.compile(r"ratio|distance")


def _states(phase: Phase) -> dict[str, str]:
    """Firing before pending, where an alert is both."""
    ranked = sorted(phase.alerts, key=lambda alert: alert["state"] == "firing")
    return {alert["labels"]["alertname"]: alert["state"] for alert in ranked}


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert.name)
def test_an_alert_is_silent_while_all_is_well(run: Run, alert: Alert) -> None:
    state = _states(run.healthy).get(alert.name)
    assert state is None or (alert.name in DEPENDS and state == "pending")
    found = run.prometheus.query(alert.value, run.healthy.end)
    assert bool(found) is (alert.name not in ABSENT)
    if _RATIOS.search(alert.value):
        assert all(0 <= value <= 1 for _, value in found)


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert.name)
def test_an_alert_tells_of_the_faults(run: Run, alert: Alert) -> None:
    state = _states(run.whole).get(alert.name)
    if alert.name in FIRES:
        assert state == "firing"
    elif alert.name in WAITS:
        assert state in ("pending", "firing")
    elif alert.name in DEPENDS:
        assert state in (None, "pending")
    else:
        assert state is None


def test_alerts_say_what_is_wrong_and_what_to_do(run: Run) -> None:
    for alert in run.whole.alerts:
        said = alert["annotations"]
        assert set(said) == {"summary", "description", "runbook_url"}
        assert not re.search(r"<no value>|<error|{{", f"{said['summary']} {said['description']}")


def test_a_leak_is_counted_and_not_repeated(run: Run) -> None:
    [leak] = [a for a in run.whole.alerts if a["labels"]["alertname"] == "LeakGuardHit"]
    assert leak["labels"]["place"] == "log"
    assert leak["labels"]["type"] == "EMAIL_ADDRESS"
    assert "withheld by the leak guard" in run.log
    assert ADDRESS not in run.log
    assert ADDRESS not in run.metrics
