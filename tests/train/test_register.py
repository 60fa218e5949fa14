"""What MLflow is told of a model's input and output is what the model takes and gives."""

import importlib
from pathlib import Path
from types import SimpleNamespace

import pytest

from bentos.models.registered import FOLDERS, NAMES, ROUTER, SVM, TRANSFORMER
from train.register import FLAVOURS
from train.tracking import MODEL_FOLDER

RELEASE = Path(__file__).parents[2] / "release"
CLASSES = {
    SVM: "TicketModel",
    TRANSFORMER: "TicketModel",
    NAMES: "NameModel",
    ROUTER: "RouterModel",
}


# MLflow 3 warns of a type of its own when mlflow.pyfunc is first imported, hence here.
@pytest.mark.filterwarnings("ignore:.*Any type hint is inferred as AnyType:UserWarning")
@pytest.mark.parametrize("name", FLAVOURS)
def test_a_model_answers_the_example_of_its_signature(name: str) -> None:
    flavour = FLAVOURS[name]
    module = importlib.import_module(f"train.{flavour.python_model.stem}")
    model = getattr(module, CLASSES[name])()
    context = SimpleNamespace(artifacts={MODEL_FOLDER: str(RELEASE / FOLDERS[name])})
    model.load_context(context)
    answer = model.predict(context, flavour.example)
    assert list(answer.columns) == list(flavour.output.columns)
    assert len(answer) == len(flavour.example)
