"""A model of the BentoML model store, and what to do when it isn't there."""

from pathlib import Path
from typing import Any

import bentoml
from bentoml._internal.configuration.containers import BentoMLContainer
from bentoml.exceptions import BentoMLException, NotFound
from bentoml.models import BentoModel

from bentos.models.artifact import ArtifactError, Manifest
from bentos.models.check import Kind


class ReleasedModel(BentoModel):  # type: ignore[misc]  # BentoML publishes no types for it
    """A model that a server loads and a bento takes along. Never fetched from BentoML's cloud.

    BentoML's CLI resolves it before it starts any worker, and prints what is wrong in one line.

    Args:
        tag: Its tag in the store.
        kind: What it must be.
    """

    kind: Kind
    is_checked: bool

    def __init__(self, tag: str, kind: Kind) -> None:
        super().__init__(tag)
        # As BentoML sets what it adds to this class.
        object.__setattr__(self, "kind", kind)
        object.__setattr__(self, "is_checked", False)

    def passes(self) -> None:
        """Notes that this process has had the model read, with success."""
        object.__setattr__(self, "is_checked", True)

    def resolve(self, base_path: str | Path | None = None, *stores: Any) -> bentoml.Model:
        """The stored model.

        Raises:
            NotFound: it isn't in the store; says how to put it there.
            BentoMLException: it isn't what its manifest vouches for.
        """
        if self.stored is None:
            store = BentoMLContainer.model_store_dir.get()
            raise NotFound(
                f"model {self.tag} is not in the BentoML store {store}: "
                "run `callcenter install release`"
            )
        try:
            Manifest.verify(Path(self.stored.path))
        except ArtifactError as error:
            raise self.unusable(str(error)) from None
        return super().resolve(base_path, *stores)  # type: ignore[no-any-return]

    def unusable(self, reason: str) -> BentoMLException:
        """The error of a stored model that can't be served: names the model and the remedy."""
        tag = self.tag if self.stored is None else self.stored.tag
        return BentoMLException(
            f"model {tag}: {reason}; to put this version's there, run "
            f"`bentoml models delete -y {tag}` and `callcenter install release`"
        )
