"""README and docs/ say what was recorded."""

from pathlib import Path

import pytest

from train.docs_tables import documents, render

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        "docs/agent.md",
        "docs/api.md",
        "docs/deployment.md",
        "docs/observability.md",
        "docs/reliability.md",
        "docs/transformer.md",
    ],
)
def test_the_documents_are_current(path: str) -> None:
    current = documents(ROOT)[ROOT / path]
    assert (ROOT / path).read_text(encoding="utf-8") == current, "run `make docs`"


def test_a_table_replaces_what_stood_between_its_marks() -> None:
    text = "before\n<!-- speed -->\nold\n<!-- /speed -->\nafter\n"
    expected = "before\n<!-- speed -->\n| 1 |\n<!-- /speed -->\nafter\n"
    assert render(text, {"speed": "| 1 |\n"}) == expected


def test_a_table_without_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match="speed"):
        render("nothing here", {"speed": "| 1 |"})
