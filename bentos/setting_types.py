"""What the values of settings may look like."""

from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, StringConstraints

_TAG: Final = r"^[a-z0-9][a-z0-9._-]*:[a-zA-Z0-9._-]+$"
# Host names, IPv4 addresses, IPv6 addresses in brackets; without ports.
_HOST: Final = r"\s*(\*|(\*\.)?[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])\s*"
_HOSTS: Final = f"^{_HOST}(,{_HOST})*$"


def _none_if_blank(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def _http_url(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("it should be a URL that starts with http:// or https://")
    return value.rstrip("/")


_Url = Annotated[str, AfterValidator(_http_url)]
Tag = Annotated[str, StringConstraints(pattern=_TAG)]
_Hosts = Annotated[str, StringConstraints(pattern=_HOSTS)]
MaybeUrl = Annotated[_Url | None, BeforeValidator(_none_if_blank)]
MaybeTag = Annotated[Tag | None, BeforeValidator(_none_if_blank)]
MaybeHosts = Annotated[_Hosts | None, BeforeValidator(_none_if_blank)]
