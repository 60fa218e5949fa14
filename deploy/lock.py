"""The lock: requirements.lock as uv writes it, read with nothing but Python's standard library.

`python deploy/lock.py EXTRA` prints what that extra of pyproject.toml asks for, those that it holds
included: pip installs these with the lock as constraints, and takes no file whose hash the lock
lacks. `--without-local-hashes` rewrites the lock; `--pins` prints it without any.
"""

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).parents[1]
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
# "callcenter[serve]" in an extra: all of that extra too.
_EXTRA: Final = re.compile(r"callcenter\[([a-z]+)\]")
_HASH: Final = re.compile(r"--hash=sha256:[0-9a-f]{64}")
# "torch==2.13.0+cpu", a local build: it isn't on PyPI, and each mirror has another file.
_LOCAL: Final = re.compile(r"^(\S+==\S+\+[^\n]*?) \\\n(?: {4}--hash=\S+(?: \\)?\n)+", re.MULTILINE)


class LockError(Exception):
    """The lock can't be used; says why and what to do."""


@dataclass(frozen=True, slots=True)
class Pin:
    """A package of the lock.

    Args:
        name: Its name, normalised.
        requirement: Version and marker: `name==1.0 ; sys_platform == 'linux'`.
        hashes: pip's options, `--hash=sha256:…`, one for each file of that version.
    """

    name: str
    requirement: str
    hashes: tuple[str, ...]

    def hashed(self) -> str:
        """A line of a requirements file.

        Raises:
            LockError: no hash is known.
        """
        if not self.hashes:
            raise LockError(f"the lock has no hash of {self.name}: run `make lock`")
        return " \\\n    ".join((self.requirement, *self.hashes)) + "\n"


def read(lock: str) -> list[Pin]:
    """The packages of `lock`; one with another version on another system comes twice."""
    return [_pin(block) for block in re.split(r"\n(?=[A-Za-z0-9])", f"\n{lock}")[1:]]


def asked_for(extra: str, extras: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The requirements of `extra` of `extras`, those of the extras that it holds included."""
    for requirement in extras[extra]:
        held = _EXTRA.match(requirement)
        if held:
            yield from asked_for(held[1], extras)
        else:
            yield requirement


def without_local_hashes(lock: str) -> str:
    """`lock` without the hashes of local builds."""
    return _LOCAL.sub(r"\1\n", lock)


def _pin(block: str) -> Pin:
    requirement = block.partition("\n")[0].removesuffix("\\").strip()
    match = _NAME.match(requirement)
    if match is None or "==" not in requirement:
        raise LockError(f"{requirement!r} pins no package: run `make lock`")
    name = re.sub(r"[-_.]+", "-", match[0]).lower()
    return Pin(name, requirement, tuple(_HASH.findall(block)))


def main(argument: str, root: Path) -> None:
    """Prints an extra's requirements or all pins, or rewrites the lock; in the project `root`."""
    path = root / "requirements.lock"
    if argument == "--without-local-hashes":
        path.write_text(without_local_hashes(path.read_text(encoding="utf-8")), encoding="utf-8")
    elif argument == "--pins":
        print(*(pin.requirement for pin in read(path.read_text(encoding="utf-8"))), sep="\n")
    else:
        project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        print(*asked_for(argument, project["optional-dependencies"]), sep="\n")


if __name__ == "__main__":
    main(sys.argv[1], _ROOT)
