"""A model of the BentoML model store, and what to do when it isn't there."""

from pathlib import Path
from typing import Any

import bentoml
from bentoml._internal.configuration.containers import BentoMLContainer
from bentoml.exceptions import BentoMLException, NotFound
from bentoml.models import BentoModel

from bentos.models.artifact import ArtifactError, Manifest


class ReleasedModel(BentoModel):  # type: ignore[misc]  # BentoML publishes no types for it
    """A model that a server loads and a bento takes along. Never fetched from BentoML's cloud.

    BentoML's CLI resolves it before it starts any worker, and prints what is wrong in one line.
    """

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
            raise BentoMLException(str(error)) from None
        return super().resolve(base_path, *stores)  # type: ignore[no-any-return]
