"""The rooms before the models, furnished from the settings and the BentoML model store."""

import logging
from pathlib import Path

import bentoml
from bentoml.exceptions import NotFound

from bentos.metrics import MODEL_INFO
from bentos.models.artifact import ArtifactError, Manifest
from bentos.services.stages import Stage
from bentos.settings import Settings
from bentos.triage.language import LanguageDetector
from bentos.triage.pii.names.lexicon import Lexicon
from bentos.triage.pii.names.tagger import LEXICON_FILE, NameTagger
from bentos.triage.pii.scrubber import Scrubber
from bentos.triage.understanding import Understanding

_logger = logging.getLogger("bentoml.callcenter")


def understanding(given: Settings) -> Understanding:
    """Scrubber, language detector and word reader.

    Without the model of names, patterns still run, and every answer says that names were not read.
    """
    folder = _names_folder(given.names_model)
    detector = LanguageDetector(given.language_detector)
    if folder is None:
        return Understanding(Scrubber(None), detector, None, Stage)
    tagger = NameTagger.load(folder)
    return Understanding(Scrubber(tagger), detector, Lexicon.load(folder / LEXICON_FILE), Stage)


def _names_folder(tag: str | None) -> Path | None:
    if tag is None:
        return None
    try:
        folder = Path(bentoml.models.get(tag).path)
        manifest = Manifest.verify(folder)
    except (NotFound, ArtifactError) as error:
        _logger.warning("names stay in tickets: model %s: %s", tag, error)
        return None
    MODEL_INFO.labels("names", manifest.version).set(1)
    return folder
