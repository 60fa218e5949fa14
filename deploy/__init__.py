"""Builds what is shipped: a bento and an image of each service. Neither serves nor trains."""

# First of all imports: BentoML, which builds, may not report home.
from bentos import NO_REPORTS

__all__ = ["NO_REPORTS"]
