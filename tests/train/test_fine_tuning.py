"""Fine-tuning learns and scores at the rates it was told, and goes on where it was cut off."""

from pathlib import Path

import mlflow
import numpy as np
import pytest
from transformers import EarlyStoppingCallback, EvalPrediction, TrainerControl, TrainerState

from tests.train.tiny import PARAMETERS, config, tickets, write_encoder
from train.classifier import TicketClassifier
from train.fine_tuning import accuracies, fine_tune, optimizer, training_arguments
from train.parameters import TransformerParameters
from train.transformer_data import examples

# SQLAlchemy warns MLflow, which asks for it when a run is logged.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")


def going_through(tickets: str, **how: float) -> TransformerParameters:
    """PARAMETERS, where `tickets` ("archive", "natural") are gone through as told."""
    passes = getattr(PARAMETERS, tickets).model_copy(update=how)
    return PARAMETERS.model_copy(update={tickets: passes})


def test_a_training_cut_off_goes_on_from_its_last_pass(
    one_thread: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    mlflow.set_experiment("cut off")
    train = examples(tickets("train", 60), None, PARAMETERS)
    held_out = examples(tickets("validation", 12), None, PARAMETERS)
    one, two = (going_through("archive", epochs=epochs) for epochs in (1, 2))
    encoder, folder = write_encoder(tmp_path / "encoder"), tmp_path / "checkpoints"
    folder.mkdir()
    passes = []
    for parameters in (one, two):
        _, _, log = fine_tune(train, held_out, encoder, parameters, folder)
        passes.append([entry for entry in log if "eval_accuracy" in entry])
    assert [entry["epoch"] for entry in passes[1]] == [1.0, 2.0]
    assert passes[1][0] == passes[0][0]  # not run again: its very time is the first run's


def test_natural_tickets_alone_are_gone_through_in_their_own_way(
    one_thread: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    mlflow.set_experiment("natural")
    train = examples(tickets("train", 20).assign(source="written"), None, PARAMETERS)
    held_out = examples(tickets("validation", 12), None, PARAMETERS)
    parameters = going_through("natural", epochs=2, batch_size=5, dropout=0.0)
    encoder = write_encoder(tmp_path / "encoder")
    model, _, log = fine_tune(train, held_out, encoder, parameters, tmp_path)
    assert [entry["step"] for entry in log if "eval_accuracy" in entry] == [4, 8]
    assert model.config.dropout == 0.0


def test_a_few_validation_tickets_by_chance_wrong_end_no_training(tmp_path: Path) -> None:
    arguments = training_arguments(PARAMETERS, PARAMETERS.archive, 100, tmp_path)
    callback = EarlyStoppingCallback(patience := 2)
    state, control = TrainerState(), TrainerControl()
    wobbling, falling = (0.91, 0.89, 0.90), (0.56, 0.54, 0.52)
    for accuracy, loss in zip(wobbling, falling, strict=True):
        found = {"eval_accuracy": accuracy, "eval_loss": loss}
        callback.on_evaluate(arguments, state, control, metrics=found)
        score = found[f"eval_{arguments.metric_for_best_model}"]
        better = max if arguments.greater_is_better else min
        state.best_metric = better(score, state.best_metric or score)
    assert not control.should_training_stop
    for _ in range(patience):
        callback.on_evaluate(arguments, state, control, metrics={"eval_loss": 0.53})
    assert control.should_training_stop


def test_the_head_learns_faster_and_biases_do_not_decay() -> None:
    settings = config()
    settings.num_labels = 8
    model = TicketClassifier(settings)
    groups = {
        id(weights): group
        for group in optimizer(model, PARAMETERS).param_groups
        for weights in group["params"]
    }
    for name, weights in model.named_parameters():
        head = name in ("classifier.weight", "classifier.bias")
        rate = PARAMETERS.head_learning_rate if head else PARAMETERS.learning_rate
        assert groups[id(weights)]["lr"] == rate
        assert (groups[id(weights)]["weight_decay"] > 0) == (weights.ndim > 1)


def test_accuracy_counts_cleaned_and_natural_tickets_alike() -> None:
    right, wrong = np.eye(2), np.eye(2)[::-1]
    logits, targets = np.concatenate([right, right, wrong]), np.concatenate([right] * 3)
    natural = np.array([False] * 4 + [True] * 2)
    found = accuracies(natural)(EvalPrediction(logits, targets))
    assert found == {"accuracy_cleaned": 1.0, "accuracy_natural": 0.0, "accuracy": 0.5}
    alone = accuracies(np.full(6, True))(EvalPrediction(logits, targets))
    assert alone == {"accuracy_natural": 4 / 6, "accuracy": 4 / 6}
