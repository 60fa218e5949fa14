"""Commands under strace: which names they look up, and what they write outside their folders."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

_CALLS = (
    "connect,sendto,sendmsg,sendmmsg,chdir,open,openat,openat2,creat,mkdir,mkdirat,mknod,mknodat,"
    "rename,renameat,renameat2,link,linkat,symlink,symlinkat"
)
_NETWORK = {"connect", "sendto", "sendmsg", "sendmmsg"}
_OPENING = {"open", "openat", "openat2"}
_CALL = re.compile(r"(\w+)\((.*)\) += (-1 )?(\w+)")
_PATH = re.compile(r'(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"')
_INET = re.compile(r'htons\((\d+)\).*?(?:inet_addr\(|AF_INET6, )"([^"]+)"')
_UNIX = re.compile(r'sun_path="([^"]+)"')
# Refused on this machine, written on another.
_REFUSALS = {"EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT"}
# Python's bytecode; and fontconfig's list of the machine's fonts, which `fc-list` renews when it is
# older than the fonts. Matplotlib runs that program, and there is no other way to stop it.
_MACHINES_OWN = ("/__pycache__/", "/fontconfig/")


@dataclass(frozen=True)
class Folders:
    """All that a traced command may write in; home and cache are the user's and must stay empty."""

    root: Path

    @property
    def user(self) -> tuple[Path, Path]:
        return self.root / "home", self.root / "cache"

    @property
    def own(self) -> Path:
        return self.root / "own"

    @classmethod
    def make(cls, root: Path) -> "Folders":
        folders = cls(root)
        for folder in (*folders.user, folders.own / "bentoml", folders.own / "tmp"):
            folder.mkdir(parents=True)
        return folders

    def environment(self, repository: Path) -> dict[str, str]:
        """A stranger's: this process's own may have `CI`, which mutes some reports."""
        home, cache = self.user
        return {
            "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
            "PYTHONPATH": str(repository),
            "LANG": "C.UTF-8",
            "HOME": str(home),
            "XDG_CACHE_HOME": str(cache),
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_DATA_HOME": str(home / "data"),
            "TMPDIR": str(self.own / "tmp"),
            "BENTOML_HOME": str(self.own / "bentoml"),
            "MLFLOW_TRACKING_URI": f"sqlite:///{self.own / 'mlflow.db'}",
            "DVC_SITE_CACHE_DIR": str(self.own / "dvc"),
        }

    def left_behind(self) -> list[str]:
        """What was left in the user's own folders."""
        found = [path for folder in self.user for path in folder.rglob("*")]
        return [f"left in the user's folders: {path}" for path in found if not _machines(path)]


@dataclass(frozen=True)
class Traced:
    """A command that runs under strace, in a process group of its own."""

    process: "subprocess.Popen[bytes]"
    records: Path
    cwd: Path
    folders: Folders

    @classmethod
    def start(cls, folders: Folders, cwd: Path, repository: Path, *command: str) -> "Traced":
        """Starts `command` in `cwd`, with the code of the checkout `repository`."""
        if shutil.which("strace") is None:
            pytest.fail("strace is not installed: apt-get install strace")
        records = folders.root / f"records-{len(list(folders.root.glob('records-*')))}"
        records.mkdir()
        tracer = ["strace", "--follow-forks", "--output-separately", "--seccomp-bpf", "--quiet=all"]
        tracer += ["--decode-fds=path", "--string-limit=64", "--signal=none", f"--trace={_CALLS}"]
        with (records / "printed").open("wb") as printed:
            process = subprocess.Popen(
                [*tracer, f"--output={records / 'of'}", "--", *command],
                cwd=cwd,
                env=folders.environment(repository),
                stdout=printed,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return cls(process, records, cwd, folders)

    def printed(self) -> str:
        return (self.records / "printed").read_text(encoding="utf-8", errors="replace")

    def wait(self, seconds: float) -> int:
        """Waits for the end; gives the exit status."""
        return self.process.wait(seconds)

    def faults(self) -> list[str]:
        """Each look-up of a name, packet to elsewhere, and write outside the command's folders."""
        files = sorted(self.records.glob("of.*"))
        assert files, f"strace recorded nothing: {self.printed()}"
        return sorted({fault for file in files for fault in self._faults_of(file)})

    def _faults_of(self, file: Path) -> Iterator[str]:
        cwd = self.cwd
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
            match = _CALL.match(line)
            if match is None:
                continue
            name, arguments, failed, result = match.groups()
            if name == "chdir":
                cwd = cwd if failed else Path(cwd, *(path for _, path in _PATH.findall(arguments)))
            elif name in _NETWORK:
                if _leaves(arguments, missing=result == "ENOENT", own=self.folders.own):
                    yield f"asks elsewhere: {line[:200]}"
            elif not failed or line.split("= -1 ")[-1].split()[0] in _REFUSALS:
                written = _written(name, arguments)
                if written is not None and not self._is_own(Path(written[0] or cwd, written[1])):
                    yield f"writes elsewhere: {line[:200]}"

    def _is_own(self, path: Path) -> bool:
        path = Path(os.path.normpath(path))
        own = (self.folders.own, Path(sys.prefix), Path("/dev"), Path("/proc"))
        return any(path.is_relative_to(folder) for folder in own) or _machines(path)


def _machines(path: Path) -> bool:
    return any(part in f"{path}/" for part in _MACHINES_OWN)


def _leaves(arguments: str, missing: bool, own: Path) -> bool:
    """Whether a call leaves the machine, or asks a resolver.

    Reading /etc/hosts and /etc/resolv.conf isn't counted: the C library reads both for `localhost`,
    which BentoML binds, and asks nobody. Every other name makes the library ask a name server at
    port 53, wherever that is, or a resolver's socket; `missing`: there is no such socket.
    """
    inet = _INET.search(arguments)
    if inet is not None:
        port, address = inet.groups()
        return port in {"53", "853", "5353"} or not (
            address.startswith("127.") or address in {"::1", "::ffff:127.0.0.1"}
        )
    unix = _UNIX.search(arguments)
    return unix is not None and not missing and not Path(unix[1]).is_relative_to(own)


def _written(name: str, arguments: str) -> tuple[str, str] | None:
    """The folder (empty: the process's own) and path that a call writes; None: it only reads."""
    if name in _OPENING and not re.search(r"O_WRONLY|O_RDWR|O_CREAT", arguments):
        return None
    paths: list[tuple[str, str]] = _PATH.findall(arguments)
    return paths[-1] if paths else None
