"""IPv4 and IPv6 addresses, told from versions, times and hardware addresses."""

import ipaddress
from typing import Final

from bentos.triage.pii.recognizers.rules import CERTAIN, LIKELY, RuleRecognizer, rule

_CUE: Final = r"""(?:
    \b ip (?: v?[46] )? \b | address | adresse | عنوان | server | serveur | سيرفر | خادم | host
  | hôte | ping | dns | gateway | passerelle | router | routeur | subnet | proxy | vpn | from
  | depuis | source | client )"""
_VERSION: Final = r"""(?:
    \b v | version | firmware | release | build | driver | update | patch | micrologiciel | pilote
  | mise\ à\ jour | نسخة | (?:ال)? إصدار )"""
_OCTET: Final = r"(?: 25[0-5] | 2[0-4]\d | 1\d\d | [1-9]?\d )"
_IPV4: Final = rf"(?<![\w.,]) {_OCTET} (?: \. {_OCTET} ){{3}} (?! [\w-] | [.,]\d )"
_AFTER_VERSION: Final = rf"{_VERSION} [\s:=n°#.()-]{{0,6}} \d [\d.]*+"


def _is_address(value: str) -> bool:
    """Whether `value` names a machine: not a net mask, nor nothing."""
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return False
    return not (address.is_unspecified or value.startswith("255."))


def _is_no_version(value: str) -> bool:
    """Whether `value` is beyond doubt: versions have no part of three digits, most addresses do."""
    is_long = any(len(part) == 3 for part in value.split("."))
    return _is_address(value) and (is_long or ipaddress.ip_address(value).is_private)


def _is_ipv6(value: str) -> bool:
    groups = [group for group in value.split(":") if group]
    return len(groups) >= 2 and len("".join(groups)) >= 5 and _is_address(value)


_RULES: Final = (
    rule(rf"{_AFTER_VERSION} | (?P<value> {_IPV4} )", CERTAIN, _is_no_version),
    rule(rf"{_CUE} [^\d\n]{{0,40}} (?P<value> {_IPV4} )", LIKELY, _is_address),
    rule(rf"(?P<value> {_IPV4} ) (?= : \d{{2,5}} | /\d{{1,2}} \b | \s port )", LIKELY, _is_address),
    rule(
        r"(?P<value> (?<![\w:.]) (?: [0-9a-f]{1,4} )? (?: : [0-9a-f]{0,4} ){2,7} ) (?![\w:])",
        CERTAIN,
        _is_ipv6,
    ),
)


class IpAddressRecognizer(RuleRecognizer):
    """Finds IP_ADDRESS."""

    def __init__(self) -> None:
        super().__init__("IP_ADDRESS", _RULES, needs=r"\d\.\d|:[0-9a-f:]")
