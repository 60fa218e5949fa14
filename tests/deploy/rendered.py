"""The manifests as `kubectl kustomize` renders them."""

import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
COMPONENTS = ("agent", "svm", "transformer")
Resource = dict[str, Any]


@cache
def overlay(name: str) -> tuple[Resource, ...]:
    """What `kubectl apply -k` would apply."""
    kubectl = Path(sys.executable).with_name("kubectl")
    folder = ROOT / "deploy" / "kubernetes" / "overlays" / name
    result = subprocess.run(
        [kubectl, "kustomize", folder], capture_output=True, text=True, check=True, timeout=30
    )
    return tuple(yaml.safe_load_all(result.stdout))


def of_kind(name: str, kind: str) -> dict[str, Resource]:
    """The overlay's resources of a kind, by name."""
    return {each["metadata"]["name"]: each for each in overlay(name) if each["kind"] == kind}


def pod(name: str, component: str) -> Resource:
    """The pod's template of a Deployment."""
    template: Resource = of_kind(name, "Deployment")[component]["spec"]["template"]
    return template


def container(name: str, component: str) -> Resource:
    """The only container of a Deployment's pods."""
    [only] = pod(name, component)["spec"]["containers"]
    result: Resource = only
    return result
