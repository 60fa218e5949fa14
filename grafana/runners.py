"""How fast is each runner, is batching working, and does anything wait?"""

from grafana_foundation_sdk.models.dashboard import Dashboard

from grafana.layout import Row, dashboard_of
from grafana.panels import HALF, QUARTER, WHOLE, About, Panel, Query, graph, heat
from grafana.queries import mean, quantile, quantiles

_SERVICES = 'service=~"$service"'


def runners() -> Dashboard:
    """The dashboard of the three services: what a BentoML user calls runners."""
    return dashboard_of(
        "callcenter-runners",
        "Runner latency and batching",
        "How fast is each runner, is batching working, does anything wait, and what does it cost?",
        [
            Row("How fast is each runner?", _speed()),
            Row("Is batching working?", _batches()),
            Row("Does anything wait?", _waits()),
            Row("What does it cost?", _costs()),
        ],
    )


def _speed() -> list[Panel]:
    asked = 'runner_name="$service", endpoint=~"/predict.*|/explain"'
    each = graph(
        About(
            "Requests to $service",
            "From a request to its answer: waiting for a batch included.",
            "TicketsSlow",
        ),
        quantiles("bentoml_service_request_duration_seconds", asked),
        "s",
        WHOLE,
    )
    return [
        each.repeat("service").repeat_direction("h").max_per_row(3),
        graph(
            About(
                "Time of a call of the model",
                "Computing alone: one batch, or a part of a bulk call.",
                "BatchesFull",
            ),
            quantiles("callcenter_batch_seconds", _SERVICES, "service"),
            "s",
            HALF,
        ),
        graph(
            About(
                "Time in each room",
                "p95 of a ticket's stay. Scrub and language are parts of understand; the models' "
                "rooms include the wait for a batch.",
                "TicketsSlow",
            ),
            [Query(quantile(0.95, "callcenter_stage_seconds", by="stage"), "{{stage}}")],
            "s",
            HALF,
        ),
    ]


def _batches() -> list[Panel]:
    return [
        graph(
            About(
                "Texts in a call of the model",
                "On average. It should rise with the load: 1 under load means no batching.",
                "Capacity",
            ),
            [Query(mean("callcenter_batch_items", _SERVICES, "service"), "{{service}}")],
            "none",
            QUARTER,
        ),
        graph(
            About(
                "Calls merged into a batch",
                "On average, as BentoML counts: calls, whatever number of texts each has.",
                "Capacity",
            ),
            [
                Query(
                    mean(
                        "bentoml_service_adaptive_batch_size",
                        'runner_name=~"$service"',
                        "runner_name",
                    ),
                    "{{runner_name}}",
                )
            ],
            "none",
            QUARTER,
        ),
        heat(
            About(
                "Sizes of batches",
                "How many calls of the models had up to so many texts.",
                "Capacity",
            ),
            Query(
                "sum by (le) (increase(callcenter_batch_items_bucket"
                f"{{{_SERVICES}}}[$__rate_interval]))",
                "{{le}}",
            ),
            "none",
            QUARTER,
        ),
        graph(
            About(
                "How full batches are",
                "Of the most texts that may be merged. Near 100 %: see what waits.",
                "BatchesFull",
            ),
            [
                Query(
                    f"{mean('callcenter_batch_items', _SERVICES, 'service')} / "
                    f"max by (service) (callcenter_batch_limit{{{_SERVICES}}})",
                    "{{service}}",
                )
            ],
            "percentunit",
            QUARTER,
            [(0.8, "red")],
        ),
    ]


def _waits() -> list[Panel]:
    refused = 'bentoml_service_request_total{runner_name=~"$service"'
    return [
        graph(
            About(
                "Time that texts wait for a batch",
                "Milliseconds are company's price; more means that the model is busy.",
                "QueueLong",
            ),
            quantiles("callcenter_batch_wait_seconds", _SERVICES, "service"),
            "s",
            QUARTER,
            [(0.25, "red")],
        ),
        graph(
            About(
                "Texts that wait, in batches",
                "Looked at once a second. Above 1, more waits than fits the next batch.",
                "QueueLong",
            ),
            [
                Query(
                    f"sum by (service) (callcenter_batch_queue_length{{{_SERVICES}}}) / "
                    f"max by (service) (callcenter_batch_limit{{{_SERVICES}}})",
                    "{{service}}",
                )
            ],
            "none",
            QUARTER,
            [(1, "red")],
        ),
        graph(
            About(
                "Requests in progress, of those let in",
                "Past 100 % a service answers 429.",
                "RequestsNearLimit",
            ),
            [
                Query(
                    "sum by (service) (label_replace(bentoml_service_request_in_progress"
                    '{runner_name=~"$service", endpoint=~"/predict.*|/explain"}, '
                    '"service", "$1", "runner_name", "(.*)")) / '
                    f"sum by (service) (callcenter_requests_limit{{{_SERVICES}}})",
                    "{{service}}",
                )
            ],
            "percentunit",
            QUARTER,
            [(0.8, "red")],
        ),
        graph(
            About(
                "Refused",
                "Requests a second that were one too many (429).",
                "RequestsNearLimit",
            ),
            [
                Query(
                    f'sum by (runner_name) (rate({refused}, http_response_code="429"}}[$window])) '
                    f"or 0 * sum by (runner_name) (rate({refused}}}[$window]))",
                    "{{runner_name}}",
                )
            ],
            "reqps",
            QUARTER,
        ),
    ]


def _costs() -> list[Panel]:
    cpu = "callcenter_process_cpu_seconds_total"
    return [
        graph(
            About("CPU", "Cores in use, all workers of a service together.", "Capacity"),
            [Query(f"sum by (service) (rate({cpu}{{{_SERVICES}}}[$window]))", "{{service}}")],
            "suffix: cores",
        ),
        graph(
            About("Memory", "Resident, all workers together.", "Capacity"),
            [
                Query(
                    "sum by (service) (callcenter_process_resident_memory_bytes"
                    f"{{{_SERVICES}}})",
                    "{{service}}",
                )
            ],
            "bytes",
        ),
        graph(
            About(
                "CPU of a ticket",
                "CPU time of all services by tickets that came in.",
                "Capacity",
            ),
            [
                Query(
                    f"sum(rate({cpu}[$window])) / sum(rate(callcenter_answers_total[$window]))",
                    "all services",
                )
            ],
            "s",
        ),
    ]
