"""What the tests of the rooms share."""

import pytest

from bentos.triage.policy import Policy
from tests.triage.policies import even_policy


@pytest.fixture
def policy() -> Policy:
    return even_policy()
