"""Where the stages of dvc.yaml leave what others read: here, so that none imports another for it.

All from the repository's root, where DVC runs the stages.
"""

from pathlib import Path
from typing import Final

REPORTS: Final = Path("reports")
MODELS: Final = Path("models")

# Of the stage `prepare`.
TICKETS: Final = Path("data/processed/tickets.parquet")
DATASET: Final = Path("data/processed/dataset.json")
# Of `names`.
NAMES_FOLDER: Final = MODELS / "names"
# Of `scrub`: TICKETS as a running agent's models see them.
SCRUBBED: Final = Path("data/scrubbed/tickets.parquet")
# Of `svm`: what it said of tickets that it hadn't seen.
OUT_OF_FOLD: Final = MODELS / "svm_out_of_fold.parquet"
# Of `encoder` and `transformer`: Hugging Face checkpoints.
ENCODER: Final = MODELS / "encoder"
CHECKPOINT: Final = MODELS / "transformer_checkpoint"
