"""How BentoML runs a model service: its limits, and the bodies of its calls."""

from typing import Any

import bentoml

from bentos.metrics import REQUEST_BUCKETS
from bentos.schemas import Explainables, FewTexts, Texts
from bentos.services.door import Service
from bentos.services.json_body import JsonBody
from bentos.settings import settings


class FewTextsBody(JsonBody, FewTexts):
    """The body of /predict."""


class TextsBody(JsonBody, Texts):
    """The body of /predict_bulk."""


class ExplainablesBody(JsonBody, Explainables):
    """The body of /explain."""


def model_service(name: str, workers: int) -> Any:
    """`bentoml.service` for a class that serves a model."""
    given = settings()
    return bentoml.service(
        name=name,
        service_class=Service,
        workers=workers,
        traffic={"timeout": given.timeout_seconds, "max_concurrency": given.max_concurrency},
        # By default the caller closes its session every 100 requests, others in flight or not.
        runner_connection={"max_requests": 10**12, "max_age": 1e12},
        # The agent logs every request already; the content types are the sender's words.
        logging={"access": {"enabled": False}},
        metrics={"duration": {"buckets": list(REQUEST_BUCKETS)}},
    )
