"""Models are read before a server starts."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from bentoml.exceptions import BentoMLException

from bentos.models.artifact import Manifest
from bentos.models.check import Kind
from bentos.services import model_check
from bentos.services.model_check import check_models
from bentos.services.released_model import ReleasedModel

RELEASE = Path(__file__).parents[2] / "release"


class _Model(ReleasedModel):
    """A model in a folder of its own."""

    def __init__(self, kind: Kind, folder: Path) -> None:
        super().__init__(f"callcenter-{kind}:latest", kind)
        object.__setattr__(self, "folder", folder)

    @property
    def stored(self) -> None:
        return None

    def resolve(self, base_path: Any = None, *stores: Any) -> Any:
        return SimpleNamespace(path=str(self.folder))


@dataclass
class _Service:
    """A service with models, and others beside it."""

    models: list[_Model]
    beside: Mapping[str, "_Service"] = field(default_factory=dict)

    def all_services(self, exclude_urls: bool) -> Mapping[str, "_Service"]:
        assert exclude_urls
        return {"own": self, **self.beside}


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """An SVM whose settings have another shape."""
    shutil.copytree(RELEASE / "svm", tmp_path / "svm")
    (tmp_path / "svm" / "svm.json").write_text("{}")
    Manifest.write(tmp_path / "svm", "callcenter-svm")
    return tmp_path / "svm"


def test_models_in_order_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    svm = _Service([_Model("svm", RELEASE / "svm")])
    agent = _Service([_Model("router", RELEASE / "router")], {"svm": svm})
    check_models(agent)
    monkeypatch.setattr(model_check.subprocess, "run", pytest.fail)
    # BentoML asks each service.
    check_models(agent)
    check_models(svm)


def test_a_wrong_one_is_named_with_file_and_remedy(wrong: Path) -> None:
    svm = _Service([_Model("svm", wrong)])
    agent = _Service([_Model("router", RELEASE / "router")], {"svm": svm})
    with pytest.raises(BentoMLException) as caught:
        check_models(agent)
    message = str(caught.value)
    assert message.startswith(f"model callcenter-svm:latest: {wrong / 'svm.json'} is not an SVM's")
    assert "callcenter install release" in message
    assert "\n" not in message


def test_a_model_of_another_kind_is_refused() -> None:
    with pytest.raises(BentoMLException, match="is not a routing policy"):
        check_models(_Service([_Model("router", RELEASE / "svm")]))


def test_one_that_ends_the_process_that_reads_it_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    crashed = SimpleNamespace(returncode=-11, stderr="")
    monkeypatch.setattr(model_check.subprocess, "run", lambda *_, **__: crashed)
    with pytest.raises(BentoMLException, match="router:latest: reading it ends the process"):
        check_models(_Service([_Model("router", RELEASE / "router")]))
