"""Is it up, does it keep its promise, and who has to look at what?"""

from typing import Final

from grafana_foundation_sdk.models.dashboard import Dashboard

from grafana.layout import Row, dashboard_of
from grafana.panels import HALF, QUARTER, About, Panel, Query, graph, listing, number, stack, states
from grafana.queries import DEGRADED, FAILED, REQUESTS, REVIEWED, quantile, quantiles

OUTCOMES: Final = {
    "answered": "green",
    "degraded": "yellow",
    "unavailable": "red",
    "rejected": "purple",
}


def overview() -> Dashboard:
    """The dashboard to begin with."""
    return dashboard_of(
        "callcenter-overview",
        "Overview",
        "Is it up, does it keep its promise, and who has to look at what?",
        [
            Row("Is it up, and does it keep its promise?", _promise()),
            Row("Who has to look at what?", _attention()),
            Row("What comes in, and what becomes of it?", _traffic()),
            Row("How fast, and how reliably?", _latency()),
            Row("What runs?", _versions()),
        ],
    )


def _promise() -> list[Panel]:
    return [
        number(
            About("Targets that answer", "Addresses that Prometheus could read.", "TargetDown"),
            Query('sum(up{job="callcenter"}) / count(up{job="callcenter"})'),
            "percentunit",
            [(None, "red"), (1, "green")],
            decimals=0,
        ),
        number(
            About("Tickets", "That came in, a second; those refused included.", "NoTraffic"),
            Query("sum(rate(callcenter_answers_total[$window]))"),
            "suffix: /s",
        ),
        number(
            About(
                "Availability",
                "Of the tickets that could be answered, the part that was. Objective: 99.5 %.",
                "TicketsUnanswered",
            ),
            Query(f"1 - ({FAILED})"),
            "percentunit",
            [(None, "red"), (0.99, "orange"), (0.995, "green")],
            decimals=2,
        ),
        number(
            About(
                "Error budget left",
                "Of the 0.5 % of 30 days' tickets that may go without an answer. Below 0 the "
                "objective is missed.",
                "ErrorBudgetBurnTrickle",
            ),
            Query("callcenter:error_budget:ratio_left30d"),
            "percentunit",
            [(None, "red"), (0, "orange"), (0.25, "green")],
            decimals=0,
        ),
        number(
            About(
                "Slowest 1 % of tickets",
                "99 of 100 tickets sent to /predict took less. Objective: a second.",
                "TicketsSlow",
            ),
            Query(quantile(0.99, "callcenter_ticket_seconds")),
            "s",
            [(None, "green"), (0.5, "orange"), (1, "red")],
            decimals=2,
        ),
        number(
            About(
                "Degraded answers",
                "The part that had to do without a model that should have taken part.",
                "DegradedAnswers",
            ),
            Query(DEGRADED),
            "percentunit",
            [(None, "green"), (0.01, "orange"), (0.05, "red")],
        ),
        number(
            About(
                "Answers for a human",
                "The part that a human should look at before it is acted on.",
                "ReviewsJumped",
            ),
            Query(REVIEWED),
            "percentunit",
        ),
        number(
            About("Alerts that fire", "What they are is listed below.", "TargetDown"),
            Query('count(ALERTS{alertstate="firing"}) or vector(0)'),
            "none",
            [(None, "green"), (1, "red")],
            decimals=0,
        ),
    ]


def _attention() -> list[Panel]:
    return [
        listing(
            About(
                "Alerts",
                "What fires, or is about to (pending). The runbook says what to do.",
                "TargetDown",
            ),
            Query(
                "max by (alertname, alertstate, severity, service, model, instance, place, type) "
                "(ALERTS)"
            ),
            HALF,
            "No alert",
        ),
        graph(
            About("Workers", "Processes that live, by service.", "ServiceGone"),
            [Query('sum by (service) (callcenter_workers{service=~"$service"})', "{{service}}")],
            "none",
            QUARTER,
        ),
        states(
            About(
                "Breakers",
                "Whether the agent asks each model. Open: it kept failing and isn't asked.",
                "BreakerOpen",
            ),
            Query("max by (model) (callcenter_breaker_open)", "{{model}}"),
            {0: ("asked", "green"), 1: ("open", "red")},
        ),
    ]


def _traffic() -> list[Panel]:
    by = "runner_name, endpoint"
    return [
        graph(
            About(
                "Requests",
                "A second, by service and endpoint. Health checks and metrics are left out.",
                "NoTraffic",
            ),
            [
                Query(
                    f"sum by ({by}) (rate(bentoml_service_request_total{{{REQUESTS}}}[$window]))",
                    "{{runner_name}} {{endpoint}}",
                )
            ],
            "reqps",
        ),
        graph(
            About(
                "Errors",
                "A second, by service, endpoint and code. 4xx: what was sent. 5xx: ours.",
                "TicketsUnanswered",
            ),
            [
                Query(
                    f"sum by ({by}, http_response_code) (rate(bentoml_service_request_total"
                    f'{{{REQUESTS}, http_response_code=~"[45].."}}[$window])) > 0',
                    "{{runner_name}} {{endpoint}} {{http_response_code}}",
                )
            ],
            "reqps",
        ).no_value("No error"),
        stack(
            About(
                "Tickets by what became of them",
                "A second. Degraded: answered without a model that should have taken part. "
                "Unavailable: no answer. Rejected: not a ticket, or one too many.",
                "TicketsUnanswered",
            ),
            [Query("sum by (outcome) (rate(callcenter_answers_total[$window]))", "{{outcome}}")],
            "suffix: /s",
            colours=OUTCOMES,
        ),
    ]


def _latency() -> list[Panel]:
    by = "runner_name, endpoint"
    burn = "callcenter:errors:ratio_rate{} / scalar(1 - callcenter:objective:availability)"
    return [
        graph(
            About(
                "Time of a ticket",
                "From a request to /predict to its answer. The line is the objective for p99.",
                "TicketsSlow",
            ),
            quantiles("callcenter_ticket_seconds"),
            "s",
            steps=[(1, "red")],
        ),
        graph(
            About("Time of a request, p99", "By service and endpoint.", "TicketsSlow"),
            [
                Query(
                    quantile(0.99, "bentoml_service_request_duration_seconds", REQUESTS, by),
                    "{{runner_name}} {{endpoint}}",
                )
            ],
            "s",
        ),
        graph(
            About(
                "How fast the error budget burns",
                "1 uses up a month's budget in a month. Lines: what 3 days, 6 hours and an hour "
                "may have before an alert.",
                "ErrorBudgetBurnFast",
            ),
            [Query(burn.format(window), window) for window in ("5m", "1h", "6h", "3d")],
            "none",
            steps=[(1, "yellow"), (6, "orange"), (14.4, "red")],
        ),
    ]


def _versions() -> list[Panel]:
    return [
        listing(
            About("Versions", "Of the models in use, and of the server.", "Versions"),
            Query(
                "max by (model, version) (callcenter_model_info or "
                'label_replace(callcenter_build_info, "model", "server", "", ""))'
            ),
            HALF,
        ),
        graph(
            About(
                "Time since the last start",
                "Of the youngest worker, by service. A fall that nobody ordered: a worker died.",
                "Versions",
            ),
            [
                Query(
                    "time() - max by (service) "
                    '(callcenter_start_time_seconds{service=~"$service"})',
                    "{{service}}",
                )
            ],
            "s",
            HALF,
        ),
    ]
