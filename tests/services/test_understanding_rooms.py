"""The agent starts whatever model of names its store has."""

import gzip
import logging
import shutil
from pathlib import Path
from types import SimpleNamespace

import bentoml.models  # `bentoml` alone has a stand-in for it, which can't be patched
import pytest

from bentos.models.artifact import Manifest
from bentos.models.registered import NAMES
from bentos.services.understanding_rooms import understanding
from bentos.settings import Settings
from bentos.triage.pii.names.tagger import LEXICON_FILE

RELEASED = Path(__file__).parents[2] / "release" / "names"
TEXT = "Hello, I am Sarah Mejri, my mail is sarah@mejri.tn"


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the model of names in the store."""
    folder = tmp_path / "names"
    shutil.copytree(RELEASED, folder)
    monkeypatch.setattr(bentoml.models, "get", lambda tag: SimpleNamespace(path=str(folder)))
    return folder


def test_names_are_read_with_the_model_of_the_store(stored: Path) -> None:
    scrubbed = understanding(Settings()).understand(TEXT).scrubbed
    assert scrubbed.names_were_read
    assert scrubbed.text == "Hello, I am <PERSON_1>, my mail is <EMAIL_ADDRESS_1>"


@pytest.mark.parametrize("lexicon", ["lexicon.tsv", LEXICON_FILE])
def test_a_model_in_another_versions_format_leaves_the_patterns(
    stored: Path, lexicon: str, caplog: pytest.LogCaptureFixture
) -> None:
    plain = gzip.decompress((stored / LEXICON_FILE).read_bytes())
    (stored / LEXICON_FILE).unlink()
    (stored / lexicon).write_bytes(plain)
    Manifest.write(stored, NAMES)
    with caplog.at_level(logging.WARNING):
        scrubbed = understanding(Settings()).understand(TEXT).scrubbed
    assert not scrubbed.names_were_read
    assert scrubbed.text == "Hello, I am Sarah Mejri, my mail is <EMAIL_ADDRESS_1>"
    assert "names stay in tickets" in caplog.text and "callcenter install release" in caplog.text
