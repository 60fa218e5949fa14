"""Room for the metrics before a server starts."""

import re
from pathlib import Path

import pytest
from bentoml.exceptions import BentoMLException

from bentos.services.metrics_room import check_room, require_room


def test_a_folder_with_room_is_left_as_it_was(tmp_path: Path) -> None:
    check_room(str(tmp_path), 1 << 20)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_room_is_named_with_the_bytes_and_the_remedy(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    with pytest.raises(BentoMLException) as caught:
        check_room(str(folder), 1_572_864)
    message = str(caught.value)
    assert f"1,572,864 bytes in {folder} for its metrics: No such file or directory" in message
    assert "BENTOML_HOME" in message
    assert "\n" not in message


def test_the_folder_is_the_one_that_bentoml_prepared(tmp_path: Path) -> None:
    prepared = require_room(lambda: str(tmp_path))
    assert prepared() == str(tmp_path)


@pytest.mark.parametrize("error", [RuntimeError, OSError])
def test_a_folder_that_can_not_be_prepared_is_said_in_one_line(error: type[Exception]) -> None:
    def fails() -> str:
        raise error("Failed to create /x")

    with pytest.raises(BentoMLException, match=re.escape("Failed to create /x: free some space")):
        require_room(fails)()
