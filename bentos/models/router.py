"""The routing policy on disk: the artifact `callcenter-router`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from bentos.models.artifact import ArtifactError, Manifest
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
        raise ArtifactError(f"{path} is not a routing policy: {type(error).__name__}") from None
    return RoutingPolicy(manifest.version, policy)
