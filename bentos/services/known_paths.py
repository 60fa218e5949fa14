"""ASGI middleware: a path has one of a few names before anything writes it down.

BentoML labels its metrics with the path as it was sent: an unknown one would be a new time series
each time, and could hold a person's name.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

UNKNOWN: Final = "/unknown"
_SENT: Final = "callcenter.sent_path"
_ANY: Final = "/*"


class KnownPaths:
    """Names a request's path by the route that serves it; by `/unknown` where none does.

    A path within a mounted app has the name of that app's route, `/review/{ticket_id}`, until
    `SentPaths` gives it back; one that nobody serves is gone for good.

    Args:
        app: What is asked.
        routes: What it serves.
    """

    def __init__(self, app: ASGIApp, routes: Sequence[BaseRoute]) -> None:
        self._app = app
        self._paths = frozenset(path for route in routes for path in _files(route))
        self._mounts = tuple(
            route for route in routes if isinstance(route, Mount) and not _is_static(route)
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in self._paths:
            name = _name(self._mounts, scope)
            if name is None:
                given = {"path": UNKNOWN, "raw_path": UNKNOWN.encode(), "query_string": b""}
            else:
                given = {"path": name, _SENT: scope["path"]}
            scope = {**scope, **given}
        await self._app(scope, receive, send)


class SentPaths:
    """Gives mounted apps the path that was sent. Within BentoML's metrics, before its routing."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sent = scope.get(_SENT)
        await self._app(scope if sent is None else {**scope, "path": sent}, receive, send)


def _name(routes: Iterable[BaseRoute], scope: Scope) -> str | None:
    """The path of the route among `routes` that serves `scope`, with its parameters' names."""
    for route in routes:
        match, child = route.matches(scope)
        if match is Match.NONE:
            continue
        if not isinstance(route, Mount):
            return str(getattr(route, "path", UNKNOWN))
        inner: Any = getattr(route.app, "routes", None)
        if inner is None:
            return f"{route.path}{_ANY}"
        name = _name(inner, {**scope, **child})
        if name is not None:
            return f"{route.path}{name}"
    return None


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
