"""ASGI middleware: the server answers to its own names only.

A page on another site can give its own name our address (DNS rebinding): then the browser of
somebody who may reach this server lets that page read what this server answers.
"""

import ipaddress
import json
import os
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from bentos.services.errors import error_response, standard_error
from bentos.wire import Error

_ANY: Final = "*"
_LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")
_NOT_ONE: Final = Error(
    code="bad_request", message="The request should have one Host header; it has none, or several."
)


def allowed_hosts(setting: str | None, address: str | None) -> tuple[str, ...]:
    """The names that a server answers to; loopback names are always among them.

    Args:
        setting: What the operator said: names with commas between them.
        address: What the server listens on, as a URL; None where it isn't known. BentoML writes
            `localhost` for all addresses.
    """
    if setting is not None:
        names = tuple(name.strip().lower() for name in setting.split(","))
        return (*names, *_LOOPBACK)
    return _LOOPBACK if address is not None and _is_loopback(address) else (_ANY,)


def server_address(service: str) -> str | None:
    """What the server of `service` listens on, if BentoML started this process."""
    given = json.loads(os.environ.get("BENTOML_RUNNER_MAP", "{}")).get(service)
    return None if given is None else str(given)


def _is_loopback(address: str) -> bool:
    # BentoML writes IPv6 addresses without brackets.
    host = urlsplit(address).netloc.rpartition(":")[0].strip("[]")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class AllowedHosts:
    """Answers 421 to a request for another host, and 400 to one that names none, or several.

    Args:
        app: What is asked.
        names: The host's names; `*` for any, `*.example.org` for all below one.
    """

    def __init__(self, app: ASGIApp, names: Iterable[str]) -> None:
        self._app = app
        self._names = frozenset(names)
        self._is_any = _ANY in self._names
        self._suffixes = tuple(name[1:] for name in self._names if name.startswith("*."))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) == 1 and self._is_ours(hosts[0].decode("latin-1").lower()):
            await self._app(scope, receive, send)
        elif len(hosts) == 1:
            await error_response(421, standard_error(421))(scope, receive, send)
        elif not hosts and self._is_any and scope["http_version"] == "1.0":
            # Health checks of some load balancers; HTTP/1.0 has no Host.
            await self._app(scope, receive, send)
        else:
            await error_response(400, _NOT_ONE)(scope, receive, send)

    def _is_ours(self, host: str) -> bool:
        if self._is_any or host in self._names:
            return True
        name, colon, port = host.rpartition(":")
        if colon and port.isdecimal():
            host = name
        return host in self._names or host.endswith(self._suffixes)
