"""What an answer costs: CPU time a ticket, of each model, asked one ticket at a time."""

import time
from typing import Final

from bentos.models.registered import CLASSIFIERS, FOLDERS, load_model
from train.paths import MODELS
from train.routing_data import Cases

_MEASURED: Final = 200


def measured_costs(cases: Cases) -> dict[str, float]:
    """Milliseconds of CPU a ticket, by model, over the first tickets of `cases`."""
    texts = cases.tickets["text"].head(_MEASURED).tolist()
    costs = {}
    for name in CLASSIFIERS:
        model = load_model(MODELS / FOLDERS[name])
        model.predict_proba(texts[:1])
        started = time.process_time()
        for text in texts:
            model.predict_proba([text])
        costs[FOLDERS[name]] = round((time.process_time() - started) * 1_000 / len(texts), 3)
    return costs
