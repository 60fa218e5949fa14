"""Which personal data come in, and does anything leak?"""

from grafana_foundation_sdk.models.dashboard import Dashboard

from grafana.layout import Row, dashboard_of
from grafana.panels import HALF, QUARTER, About, Panel, Query, bars, graph, number, stack
from grafana.queries import ANSWERS

_PII = "callcenter_pii_entities_total"
_HITS = "callcenter_leak_guard_hits_total"
_SCANNED = "callcenter_leak_guard_scanned_total"


def privacy() -> Dashboard:
    """The dashboard of personal data."""
    return dashboard_of(
        "callcenter-privacy",
        "Privacy",
        "Which personal data come in, and does anything leak?",
        [
            Row("Does anything leak?", _guard()),
            Row("Which personal data come in?", _personal_data()),
        ],
    )


def _guard() -> list[Panel]:
    return [
        number(
            About(
                "Leaks in the last hour",
                "Personal data that the leak guard found in what leaves the server. Any is one "
                "too many.",
                "LeakGuardHit",
            ),
            Query(f"sum(increase({_HITS}[1h]))"),
            "none",
            [(None, "green"), (0.5, "red")],
            width=QUARTER,
            decimals=0,
        ).height(8),
        graph(
            About(
                "What the leak guard found",
                "In the window, by place and type. Empty: nothing.",
                "LeakGuardHit",
            ),
            [Query(f"sum by (place, type) (increase({_HITS}[$window])) > 0", "{{place}} {{type}}")],
            "none",
            QUARTER,
        ).no_value("Nothing found"),
        stack(
            About(
                "What the leak guard read",
                "Log lines, labels and rows a second. Warnings always, other lines as "
                "CALLCENTER_LEAK_GUARD_RATE says; each label once.",
                "LeakGuardHit",
            ),
            [Query(f"sum by (place) (rate({_SCANNED}[$window]))", "{{place}}")],
            "suffix: /s",
            HALF,
        ),
    ]


def _personal_data() -> list[Panel]:
    return [
        number(
            About(
                "Replaced in a ticket",
                "Personal data that were replaced by placeholders, on average.",
                "PersonalData",
            ),
            Query(f"sum(rate({_PII}[$window])) / {ANSWERS}"),
            "none",
            width=QUARTER,
            decimals=2,
        ).height(8),
        stack(
            About(
                "Personal data by type",
                "Replaced a second, before any model saw the ticket.",
                "PersonalData",
            ),
            [Query(f"sum by (type) (rate({_PII}[$window]))", "{{type}}")],
            "suffix: /s",
            HALF,
        ),
        bars(
            About("Replaced in the window", "By type.", "PersonalData"),
            Query(f"sort_desc(sum by (type) (increase({_PII}[$window])))", "{{type}}"),
            "none",
            QUARTER,
        ),
    ]
