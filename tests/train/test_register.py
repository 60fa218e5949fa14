"""What MLflow is told of a model's input and output is what the model takes and gives."""

import inspect
from pathlib import Path

import pytest
from mlflow.pyfunc.model import PythonModel, PythonModelContext

from bentos.models.registered import FOLDERS, NAMES, ROUTER, SVM, TRANSFORMER
from train.pyfunc import TicketModel
from train.pyfunc_names import NameModel
from train.pyfunc_router import RouterModel
from train.register import FLAVOURS
from train.tracking import MODEL_FOLDER

RELEASE = Path(__file__).parents[2] / "release"
MODELS: dict[str, type[PythonModel]] = {
    SVM: TicketModel,
    TRANSFORMER: TicketModel,
    NAMES: NameModel,
    ROUTER: RouterModel,
}


@pytest.mark.parametrize("name", MODELS)
def test_a_model_answers_the_example_of_its_signature(name: str) -> None:
    flavour = FLAVOURS[name]
    assert inspect.getfile(MODELS[name]) == str(flavour.python_model)
    context = PythonModelContext({MODEL_FOLDER: str(RELEASE / FOLDERS[name])}, None)
    model = MODELS[name]()
    model.load_context(context)
    answer = model.predict(context, flavour.example)
    assert list(answer.columns) == list(flavour.output.columns)
    assert len(answer) == len(flavour.example)
