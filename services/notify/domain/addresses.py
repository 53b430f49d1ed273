"""Where a webhook may go: never into our own networks (server-side request forgery)."""

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import SplitResult, urlsplit

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

FORBIDDEN: Final[tuple[Network, ...]] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip
"""IANA's special-purpose registries for IPv4 and IPv6, multicast, and every IPv6 form that carries an IPv4 address. Written out
because `ipaddress.is_global` has changed its mind between releases of Python."""

_NUMERIC_END: Final = re.compile(r"(^|\.)(0x[0-9a-f]*|[0-9]+)\.?$", re.IGNORECASE)
_LOCAL_NAMES: Final = {"localhost": ("127.0.0.1", "::1")}


def refusal(address: str, allowed: Sequence[Network] = ()) -> str | None:
    """Why nothing is sent to this address, None when it may be; `allowed` opens networks that are closed otherwise."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return "it is no address"
    if any(parsed in network for network in allowed):
        return None
    if any(parsed in network for network in FORBIDDEN):
        return "it lies in a private, local or reserved network"
    return None


def url_refusal(url: str, allowed: Sequence[Network] = (), ports: Sequence[int] = (443,)) -> str | None:
    """Why a subscription may not have this URL, None when it may. Names are judged again, by address, at each connection.

    https on listed ports only; in an allowed network any port, and http. No user, no fragment, and no spelling of an IPv4
    address but the usual one (`2130706433`, `0x7f.1`, `0177.1` are refused).
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "it is no URL"
    host = parts.hostname
    if parts.scheme not in {"http", "https"} or not host:
        return "it must be an https URL with a host"
    return _spelling_fault(url, parts) or _host_fault(host, parts.scheme, port or 443, allowed, ports)


def _spelling_fault(url: str, parts: SplitResult) -> str | None:
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        return "it must not name a user"
    if "#" in url or "\\" in url or not url.isascii() or any(character <= " " for character in url):
        return "it must hold no fragment, blank, backslash or character outside ASCII"
    return None


def _host_fault(host: str, scheme: str, port: int, allowed: Sequence[Network], ports: Sequence[int]) -> str | None:
    literals = _literals(host)
    if literals is None:
        return "its host is an unusual spelling of an address"
    for literal in literals:
        fault = refusal(literal, allowed)
        if fault is not None:
            return f"nothing is sent to its host: {fault}"
    if literals and _is_open(literals, allowed):
        return None
    if scheme != "https":
        return "it must be https"
    return None if port in ports else f"its port must be one of {', '.join(map(str, ports))}"


def _literals(host: str) -> tuple[str, ...] | None:
    """The addresses a host spells out (none for a name), None for a spelling that libraries read differently."""
    if host in _LOCAL_NAMES:
        return _LOCAL_NAMES[host][:1]
    if ":" in host:
        return (host,)
    if not _NUMERIC_END.search(host):
        return ()
    try:
        return (str(IPv4Address(host)),)
    except ValueError:
        return None


def _is_open(literals: Sequence[str], allowed: Sequence[Network]) -> bool:
    return all(any(ip_address(literal) in network for network in allowed) for literal in literals)
