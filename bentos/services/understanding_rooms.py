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
from bentos.triage.pii.names.tagger import NameTagger
from bentos.triage.pii.scrubber import Scrubber
from bentos.triage.understanding import Understanding

_logger = logging.getLogger("bentoml.callcenter")


def understanding(given: Settings) -> Understanding:
    """Scrubber, language detector and word reader.

    Without a usable model of names, patterns still run, and every answer says that names were not
    read.
    """
    detector = LanguageDetector(given.language_detector)
    tagger = None if given.names_model is None else _names(given.names_model)
    lexicon = None if tagger is None else tagger.lexicon
    return Understanding(Scrubber(tagger), detector, lexicon, Stage)


def _names(tag: str) -> NameTagger | None:
    try:
        folder = Path(bentoml.models.get(tag).path)
        manifest = Manifest.verify(folder)
        tagger = NameTagger.load(folder)
    # The last two: a model of another version's format.
    except (NotFound, ArtifactError, OSError, ValueError) as error:
        _logger.warning(
            "names stay in tickets: model %s: %s; `callcenter install release` brings the one of "
            "this version",
            tag,
            error,
        )
        return None
    MODEL_INFO.labels("names", manifest.version).set(1)
    return tagger
