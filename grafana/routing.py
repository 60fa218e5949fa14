"""How much goes to the transformer, is quality slipping, and what comes in?

Drift, feedback and the backlog of reviews come later: their rows belong to the end of `routing`.
"""

from grafana_foundation_sdk.models.dashboard import Dashboard

from grafana.layout import Row, dashboard_of
from grafana.panels import HALF, QUARTER, About, Panel, Query, graph, heat, number, stack
from grafana.queries import ANSWERS, DEGRADED, REVIEWED, quantile, shares

_ESCALATED = 'callcenter_predictions_total{model=~"both|transformer"}'
_CACHE = "callcenter_cache_total"
_STAT_WIDTH = 6


def routing() -> Dashboard:
    """The dashboard of what is answered, and by whom."""
    return dashboard_of(
        "callcenter-routing",
        "Routing and quality",
        "How much goes to the transformer, is quality slipping, what comes in?",
        [
            Row("How much goes to the transformer?", [*_numbers(), *_models()]),
            Row("Is quality slipping?", _quality()),
            Row("What comes in?", _mix()),
            # Row("Drift, feedback and the backlog of reviews", …)
        ],
    )


def _numbers() -> list[Panel]:
    return [
        number(
            About(
                "Transformer took part",
                "Of the answers: alone, or together with the SVM.",
                "Routing",
            ),
            Query(
                f"(sum(rate({_ESCALATED}[$window])) or vector(0)) / "
                "sum(rate(callcenter_predictions_total[$window]))"
            ),
            "percentunit",
            width=_STAT_WIDTH,
        ),
        number(
            About("Answers from the cache", "Tickets that came in word for word.", "Routing"),
            Query(f'sum(rate({_CACHE}{{outcome="hit"}}[$window])) / sum(rate({_CACHE}[$window]))'),
            "percentunit",
            width=_STAT_WIDTH,
        ),
        number(
            About(
                "Answers for a human",
                "The part that a human should look at before it is acted on.",
                "ReviewsJumped",
            ),
            Query(REVIEWED),
            "percentunit",
            width=_STAT_WIDTH,
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
            width=_STAT_WIDTH,
        ),
    ]


def _models() -> list[Panel]:
    return [
        stack(
            About("Who answered", "The part of the answers that each model gave.", "Routing"),
            [Query(shares("callcenter_predictions_total", "model"), "{{model}}")],
            "percentunit",
        ),
        stack(
            About(
                "Rules that routed",
                "Why the transformer was asked, or not: docs/agent.md.",
                "Routing",
            ),
            [Query(shares("callcenter_route_total", "rule"), "{{rule}}")],
            "percentunit",
        ),
        stack(
            About("Cache", "Look-ups a second.", "Routing"),
            [Query(f"sum by (outcome) (rate({_CACHE}[$window]))", "{{outcome}}")],
            "suffix: /s",
            colours={"hit": "green", "miss": "blue"},
        ),
    ]


def _quality() -> list[Panel]:
    confidence = "callcenter_confidence"
    return [
        graph(
            About(
                "Confidence",
                "Median, and what nine of ten answers exceed, by who answered. It is calibrated: "
                "0.9 is right nine times in ten.",
                "ReviewsJumped",
            ),
            [
                Query(quantile(0.5, confidence, by="model"), "{{model}} median"),
                Query(quantile(0.1, confidence, by="model"), "{{model}} lowest tenth"),
            ],
            "percentunit",
            QUARTER,
        ),
        heat(
            About("Confidences", "How many answers were up to so sure.", "ReviewsJumped"),
            Query(
                "sum by (le) (increase(callcenter_confidence_bucket[$__rate_interval]))", "{{le}}"
            ),
            "percentunit",
            QUARTER,
        ),
        stack(
            About(
                "Answers for a human by reason",
                "Of all answers. Low confidence; an unknown language; nothing left to read.",
                "ReviewsJumped",
            ),
            [
                Query(
                    "sum by (reason) (rate(callcenter_review_total[$window])) "
                    f"/ ignoring (reason) group_left () {ANSWERS}",
                    "{{reason}}",
                )
            ],
            "percentunit",
            QUARTER,
        ),
        stack(
            About(
                "Degraded answers by reason",
                "Of all answers: which model failed, and how.",
                "DegradedAnswers",
            ),
            [
                Query(
                    "sum by (reason) (rate(callcenter_degraded_total[$window])) "
                    f"/ ignoring (reason) group_left () {ANSWERS}",
                    "{{reason}}",
                )
            ],
            "percentunit",
            QUARTER,
        ).no_value("None"),
    ]


def _mix() -> list[Panel]:
    return [
        stack(
            About("Languages", "Their part of the tickets.", "LanguageMixJumped"),
            [Query(shares("callcenter_predictions_total", "language"), "{{language}}")],
            "percentunit",
            QUARTER,
        ),
        stack(
            About("Categories", "Their part of the answers.", "CategoryMixJumped"),
            [Query(shares("callcenter_predictions_total", "category"), "{{category}}")],
            "percentunit",
            HALF,
        ),
        graph(
            About(
                "How far the hour's mix is from the day's",
                "The part of the tickets that would have to move for both to be the same.",
                "CategoryMixJumped",
            ),
            [
                Query("callcenter:category_mix:distance1h", "categories"),
                Query("callcenter:language_mix:distance1h", "languages"),
            ],
            "percentunit",
            QUARTER,
            [(0.3, "red")],
        ),
    ]
