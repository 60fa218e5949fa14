"""`callcenter promote`: the models of a run go together or not at all."""

import pytest
from click.testing import CliRunner

from bentos.models.registered import NAMES, ROUTER
from train import registry_commands
from train.registry import RegisteredModel
from train.registry_commands import promote
from train.tracking import STAGING


class Registry:
    """Two models, each in staging and in production; `run_id` tells which is which."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, scores: dict[str, float]) -> None:
        self.production = {NAMES: "old", ROUTER: "old"}
        self.sources = {"old": {"sample"}, "new": {"sample"}}
        given = {
            "at_alias": lambda name, _: RegisteredModel(name, "2", "new"),
            "find_alias": lambda name, _: RegisteredModel(name, "1", self.production[name]),
            "set_alias": self._set_alias,
            "sources": lambda model: self.sources[model.run_id],
            "evidence": lambda model: {
                "accuracy": scores[model.name] if model.run_id == "new" else 0.9
            },
            "use_tracking_server": lambda: None,
        }
        for name, instead in given.items():
            monkeypatch.setattr(registry_commands, name, instead)

    def _set_alias(self, model: RegisteredModel, alias: str) -> None:
        assert alias != STAGING
        self.production[model.name] = model.run_id


def promoted(*options: str) -> str:
    given = ("--model", NAMES, "--model", ROUTER, *options)
    result = CliRunner().invoke(promote, given)
    assert result.exit_code in (0, 1)
    return result.output


def test_versions_that_are_no_worse_are_promoted(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = Registry(monkeypatch, {NAMES: 0.91, ROUTER: 0.9})
    promoted()
    assert registry.production == {NAMES: "new", ROUTER: "new"}


def test_one_that_is_worse_holds_the_others_back(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = Registry(monkeypatch, {NAMES: 0.91, ROUTER: 0.89})
    assert f"nothing was promoted; refused: {ROUTER}" in promoted()
    assert registry.production == {NAMES: "old", ROUTER: "old"}
    promoted("--tolerance", "0.02")
    assert registry.production == {NAMES: "new", ROUTER: "new"}


def test_figures_of_other_tickets_are_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = Registry(monkeypatch, {NAMES: 0.91, ROUTER: 0.99})
    registry.sources["old"] = {"kaggle", "sample"}
    assert f"{ROUTER} version 2 (run new) has no kaggle tickets" in promoted("--tolerance", "1")
    assert registry.production == {NAMES: "old", ROUTER: "old"}
