"""ASGI middleware: a path that nobody serves gets one name before anything writes it down.

BentoML labels its metrics and its access log with the path as it was sent: an unknown one would be
a new time series each time, and could hold a person's name.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

UNKNOWN: Final = "/unknown"


class KnownPaths:
    """Hands on requests for a path of `app`, and all others as requests for `/unknown`."""

    def __init__(self, app: Starlette) -> None:
        self._app = app
        self._paths = frozenset(path for route in app.routes for path in _files(route))
        self._mounts = tuple(
            f"{route.path}/"
            for route in app.routes
            if isinstance(route, Mount) and not _is_static(route)
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._is_known(scope["path"]):
            scope = {**scope, "path": UNKNOWN, "raw_path": UNKNOWN.encode(), "query_string": b""}
        await self._app(scope, receive, send)

    def _is_known(self, path: str) -> bool:
        return path in self._paths or path.startswith(self._mounts)


def _is_static(route: Mount) -> bool:
    return isinstance(route.app, StaticFiles)


def _files(route: BaseRoute) -> Iterator[str]:
    """The paths of `route`: its own, or one for each file that it serves."""
    if isinstance(route, Route):
        yield route.path
    elif isinstance(route, Mount) and isinstance(route.app, StaticFiles) and route.app.directory:
        folder = Path(route.app.directory)
        yield from (
            f"{route.path}/{file.relative_to(folder).as_posix()}" for file in folder.rglob("*")
        )
