"""The routing policy on disk."""

import json
import shutil
from pathlib import Path

import pytest

from bentos.models.artifact import ArtifactError, Manifest
from bentos.models.registered import ROUTER
from bentos.models.router import POLICY_FILE, load_policy

_RELEASED = Path(__file__).parents[2] / "release" / "router"


def test_the_released_policy_loads_with_its_version() -> None:
    routing = load_policy(_RELEASED)
    assert routing.version == Manifest.verify(_RELEASED).version
    assert routing.policy.languages["en"].least_gain is not None


@pytest.mark.parametrize("content", ["no", "{}", json.dumps({"gain": 1})])
def test_what_is_no_policy_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / POLICY_FILE).write_text(content, encoding="utf-8")
    Manifest.write(tmp_path, ROUTER)
    with pytest.raises(ArtifactError, match="not a routing policy"):
        load_policy(tmp_path)


def test_an_altered_policy_is_refused(tmp_path: Path) -> None:
    shutil.copytree(_RELEASED, tmp_path / "router")
    with (tmp_path / "router" / POLICY_FILE).open("a", encoding="utf-8") as file:
        file.write(" ")
    with pytest.raises(ArtifactError, match="altered"):
        load_policy(tmp_path / "router")
