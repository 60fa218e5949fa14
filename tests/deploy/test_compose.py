"""Compose says the same as the manifests and the settings."""

import re
from typing import Any

import pytest
import yaml

from bentos.settings import Settings
from tests.deploy.rendered import COMPONENTS, ROOT, container, of_kind

COMPOSE = ROOT / "docker-compose.yml"
EXAMPLE = ROOT / ".env.example"
pytestmark = pytest.mark.skipif(not COMPOSE.exists(), reason="this checkout has no Compose file")


def _services() -> dict[str, dict[str, Any]]:
    services: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE.read_text("utf-8"))["services"]
    return services


def _known() -> set[str]:
    fields = Settings.model_fields.items()
    return {str(f.validation_alias or f"CALLCENTER_{name.upper()}") for name, f in fields}


def test_both_call_the_models_by_the_same_address() -> None:
    agent = of_kind("production", "ConfigMap")
    [addresses] = [m["data"] for name, m in agent.items() if name.startswith("agent-settings-")]
    environment = _services()["agent"]["environment"]
    assert addresses.items() <= environment.items()
    assert {name for name in environment if name.startswith("CALLCENTER_")} <= _known()


@pytest.mark.parametrize("component", COMPONENTS)
def test_both_run_the_same_image(component: str) -> None:
    image = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", _services()[component]["image"])
    assert image == container("local", component)["image"]


@pytest.mark.parametrize("component", COMPONENTS)
def test_both_allow_the_same_memory(component: str) -> None:
    allowed = container("production", component)["resources"]["limits"]["memory"]
    units = {"512m": "512Mi", "768m": "768Mi", "1g": "1Gi", "2g": "2Gi"}
    assert units[_services()[component]["mem_limit"]] == allowed


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_container_outlives_its_longest_request(component: str) -> None:
    given = Settings()
    seconds = int(_services()[component]["stop_grace_period"].removesuffix("s"))
    # The supervisor kills a worker two seconds after its time.
    assert seconds > given.shutdown_seconds + 2 > given.timeout_seconds


def test_the_example_of_settings_has_settings_of_the_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = re.findall(r"^#? ?([A-Z_]+)=(.*)$", EXAMPLE.read_text("utf-8"), re.MULTILINE)
    settings = {name: value for name, value in lines if name in _known()}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    Settings()
