"""The models that a bento takes along, brought into the BentoML model store from one source."""

from bentoml import Tag

from bentos.models.registered import FOLDERS
from bentos.release import install_release
from deploy.parts import RELEASE


class UnknownAlias(Exception):
    """The registry has no model with that alias, or can't be asked; the message says what helps."""


def bring(alias: str | None) -> dict[str, Tag]:
    """The tag of each registered model, by name: of the release, or of the registry's `alias`.

    Raises:
        ReleaseError: the release is incomplete or altered.
        ArtifactError: a model is not what its manifest vouches for.
        UnknownAlias: the registry has no model with that alias.
    """
    tags = install_release(RELEASE) if alias is None else _pulled(alias)
    return {tag.name: tag for tag in tags}


def _pulled(alias: str) -> list[Tag]:
    # Needs the `train` extra, which a build from the release does without.
    from train.registry import RegistryError, pull
    from train.tracking import use_tracking_server

    use_tracking_server()
    try:
        return [tag for _, tag in pull(FOLDERS, alias)]
    except RegistryError as error:
        raise UnknownAlias(str(error)) from None
