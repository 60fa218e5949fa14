"""What a path is called before anything writes it down, and what mounted apps are asked."""

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bentos.services.known_paths import KnownPaths, SentPaths

NAME = "Zebulon-Quackenbush"


async def _where(request: Request) -> Response:
    return PlainTextResponse(f"{request.url.path}?{request.url.query}")


async def _plain(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(scope["path"])(scope, receive, send)


REVIEW = Starlette(routes=[Route("/", _where), Route("/tickets/{ticket_id}", _where)])
APP = Starlette(
    routes=[
        Route("/known", _where),
        Mount("/review", REVIEW),
        Mount("/other", _plain),
    ]
)


def _ask(path: str, method: str = "GET") -> tuple[str, httpx.Response]:
    """What the path is called by what measures, and the answer."""
    seen: list[str] = []

    class Measured:
        def __init__(self, app: ASGIApp) -> None:
            self._app = app

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            seen.append(scope["path"])
            await self._app(scope, receive, send)

    async def ask() -> httpx.Response:
        app = KnownPaths(Measured(SentPaths(APP)), APP.routes)
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, path)

    response = asyncio.run(ask())
    return seen[0], response


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/known", "/known"),
        (f"/review/tickets/{NAME}", "/review/tickets/{ticket_id}"),
        ("/review/", "/review/"),
        (f"/other/{NAME}", "/other/*"),
    ],
)
def test_a_served_path_is_called_by_its_route_and_asked_as_sent(path: str, name: str) -> None:
    seen, response = _ask(f"{path}?page=2")
    assert seen == name
    assert response.status_code == 200
    assert response.text.partition("?")[0].endswith(path.removeprefix("/other"))


@pytest.mark.parametrize(
    "path", [f"/{NAME}", "/known/", f"/review/{NAME}", f"/review/tickets/1/{NAME}", f"/revie{NAME}"]
)
def test_a_path_that_nobody_serves_has_one_name(path: str) -> None:
    seen, response = _ask(f"{path}?{NAME}")
    assert seen == "/unknown"
    assert response.status_code == 404


@pytest.mark.parametrize("method", ["DELETE", "PURGE", NAME.upper()])
def test_a_method_makes_no_name(method: str) -> None:
    assert _ask(f"/review/tickets/{NAME}", method)[0] == "/review/tickets/{ticket_id}"
    assert _ask(f"/{NAME}", method)[0] == "/unknown"
