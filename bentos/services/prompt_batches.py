"""How long BentoML's batching holds a text back in the hope of company."""

from typing import Final

from bentoml._internal.marshal.dispatcher import Optimizer

# Under load texts gather by themselves while the batch before them runs.
_LONGEST_WAIT_SECONDS: Final = 0.005


class PromptOptimizer(Optimizer):
    """Holds a text back for a few milliseconds at most.

    BentoML's own holds it back as long as the last fifty batches waited on average. After a crowd,
    lone texts then wait as the crowd did, which keeps the average where it is: a second and more.
    """

    def trigger_refresh(self) -> None:
        """Learns from the last batches, as BentoML's does, but for the wait."""
        super().trigger_refresh()  # type: ignore[no-untyped-call]  # BentoML types it in part
        wait = min(self.wait, _LONGEST_WAIT_SECONDS)
        self.wait = wait  # type: ignore[assignment]  # seconds, whatever BentoML's 0 says
