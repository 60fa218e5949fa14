"""The pinned packages of one part: its own and all that those need, as requirements.lock has it."""

from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

# The images are Linux, whatever they are built on.
_TARGET: Final = {"os_name": "posix", "platform_system": "Linux", "sys_platform": "linux"}


class RequirementsError(Exception):
    """A package that cannot be pinned; says why and what to do."""


def pinned(packages: Iterable[str], lock: Path) -> list[str]:
    """`name==version` of `packages` and of everything that they need, sorted.

    What needs what is read from the packages installed here, which came by the same lock: no
    index is asked.

    Raises:
        RequirementsError: one is not installed here, or not in the lock.
    """
    pins = _pins(lock)
    found: set[tuple[str, str]] = set()
    left = [Requirement(package) for package in packages]
    while left:
        requirement = left.pop()
        name = canonicalize_name(requirement.name)
        for extra in ("", *requirement.extras):
            if (name, extra) not in found:
                found.add((name, extra))
                left.extend(_needs(name, extra))
    return sorted(f"{name}=={_pin(name, pins, lock)}" for name in {name for name, _ in found})


def _pins(lock: Path) -> dict[str, str]:
    lines = lock.read_text(encoding="utf-8").splitlines()
    requirements = [Requirement(line) for line in lines if line and line[0] not in " #"]
    return {
        canonicalize_name(requirement.name): str(requirement.specifier).removeprefix("==")
        for requirement in requirements
        if requirement.marker is None or requirement.marker.evaluate(_TARGET)
    }


def _pin(name: str, pins: dict[str, str], lock: Path) -> str:
    try:
        return pins[name]
    except KeyError:
        raise RequirementsError(f"{lock} doesn't pin {name}: run `make lock`") from None


def _needs(name: str, extra: str) -> list[Requirement]:
    try:
        requirements = map(Requirement, metadata.requires(name) or ())
    except metadata.PackageNotFoundError:
        raise RequirementsError(f"{name} isn't installed here: run `make environment`") from None
    environment = {**_TARGET, "extra": extra}
    return [
        requirement
        for requirement in requirements
        if requirement.marker is None or requirement.marker.evaluate(environment)
    ]
