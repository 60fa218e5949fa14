"""The pinned packages of one part: its own and all that those need, as requirements.lock has it."""

from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy.lock import Pin, read

# The images are Linux, whatever they are built on.
_TARGET: Final = {"os_name": "posix", "platform_system": "Linux", "sys_platform": "linux"}


class RequirementsError(Exception):
    """A package that cannot be pinned; says why and what to do."""


def pinned(packages: Iterable[str], lock: Path) -> list[Pin]:
    """What `lock` has for `packages` and for everything that they need, sorted by name.

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
    return [_pin(name, pins, lock) for name in sorted({name for name, _ in found})]


def versions(pins: Iterable[Pin]) -> list[str]:
    """`name==version` of each of `pins`."""
    return [pin.requirement.partition(" ")[0] for pin in pins]


def _pins(lock: Path) -> dict[str, Pin]:
    pins = ((pin, Requirement(pin.requirement)) for pin in read(lock.read_text(encoding="utf-8")))
    return {
        pin.name: pin
        for pin, requirement in pins
        if requirement.marker is None or requirement.marker.evaluate(_TARGET)
    }


def _pin(name: str, pins: dict[str, Pin], lock: Path) -> Pin:
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
