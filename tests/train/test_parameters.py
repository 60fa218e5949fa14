"""Sections of `params.yaml` become types; what is wrong is named."""

from pathlib import Path

import pytest
from pydantic import BaseModel

from train.parameters import (
    EncoderParameters,
    ExportParameters,
    ParameterError,
    PrepareParameters,
    SvmParameters,
    TransformerParameters,
    load_section,
)

SECTION = """\
prepare:
  seed: 42
  test_share: 0.2
  validation_share: 0.1
  near_duplicate_threshold: 0.8
"""


def load(folder: Path, content: str) -> PrepareParameters:
    path = folder / "params.yaml"
    path.write_text(content, encoding="utf-8")
    return load_section(path, "prepare", PrepareParameters)


def test_a_section_becomes_its_type(tmp_path: Path) -> None:
    assert load(tmp_path, SECTION) == PrepareParameters(
        seed=42, test_share=0.2, validation_share=0.1, near_duplicate_threshold=0.8
    )


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("prepare", PrepareParameters),
        ("svm", SvmParameters),
        ("encoder", EncoderParameters),
        ("transformer", TransformerParameters),
        ("export", ExportParameters),
    ],
)
def test_the_repository_holds_valid_sections(name: str, model: type[BaseModel]) -> None:
    path = Path(__file__).parents[2] / "params.yaml"
    assert load_section(path, name, model)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("test_share: 0.2", "test_share: 1.2", "test_share is 1.2: Input should be less than 1"),
        ("test_share: 0.2", "tset_share: 0.2", "tset_share is 0.2: Extra inputs are not permitted"),
        ("  test_share: 0.2\n", "", "test_share is missing: add it"),
        ("test_share: 0.2", "test_share: 0.95", "add up to 1.05: keep it below 1"),
        ("seed: 42", "seed: many", "seed is 'many': Input should be a valid integer"),
        (
            "threshold: 0.8",
            "threshold: 0",
            "near_duplicate_threshold is 0: Input should be greater",
        ),
        ("prepare:", "other:", "has no section 'prepare': add it"),
        ("prepare:", "prepare: [", "is not YAML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(ParameterError) as caught:
        load(tmp_path, SECTION.replace(old, new))
    assert message in str(caught.value)
    assert "params.yaml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_says_where_to_run_from(tmp_path: Path) -> None:
    with pytest.raises(
        ParameterError, match="params.yaml is missing: run from the repository root"
    ):
        load_section(tmp_path / "params.yaml", "prepare", PrepareParameters)


@pytest.mark.parametrize(
    ("layers", "message"),
    [("[0, 4, 2]", "name each layer once"), ("[0, 0]", "once"), ("[0, 12]", "less than 12")],
)
def test_layers_ascend_within_the_twelve(tmp_path: Path, layers: str, message: str) -> None:
    content = (Path(__file__).parents[2] / "params.yaml").read_text(encoding="utf-8")
    path = tmp_path / "params.yaml"
    path.write_text(content.replace("[0, 2, 4, 6, 8, 11]", layers), encoding="utf-8")
    with pytest.raises(ParameterError, match=message):
        load_section(path, "encoder", EncoderParameters)
