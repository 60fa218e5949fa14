"""The routing policy on disk: the artifact `callcenter-router`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from bentos.models.artifact import Manifest, wrong_format
from bentos.triage.policy import Policy

POLICY_FILE: Final = "router.json"


@dataclass(frozen=True, slots=True)
class RoutingPolicy:
    """A policy and its version."""

    version: str
    policy: Policy


def load_policy(folder: Path) -> RoutingPolicy:
    """The policy in `folder`.

    Raises:
        ArtifactError: a file is missing, altered or of another format.
    """
    manifest = Manifest.verify(folder)
    path = folder / POLICY_FILE
    try:
        policy = Policy.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise wrong_format(path, "a routing policy", error) from None
    return RoutingPolicy(manifest.version, policy)
