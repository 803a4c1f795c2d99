"""The proxy that the environment asks for (``HTTPS_PROXY``, ``HTTP_PROXY``, ``ALL_PROXY``, ``NO_PROXY``).

The HTTP library could look by itself, but it would read ``~/.netrc`` too, and a default entry there
collides with the Authorization header.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies, proxy_bypass

from sora2batch.ground.errors import UsageError
from sora2batch.ground.loopback import is_loopback

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_ESCAPES = "in a password, # is written %23, / is %2F and @ is %40"
_HINT = "such as http://proxy.example:3128; or name the host in NO_PROXY to go without"


def proxy_for(scheme: str, host: str) -> str | None:
    """Find the proxy for a host; None for this machine and for hosts that ``NO_PROXY`` names.

    Raises:
        UsageError: the environment names a proxy that does not speak HTTP, or none that could be reached.
    """
    if is_loopback(host):
        return None
    proxy = getproxies().get(_kind(scheme), "").strip()
    if not proxy or proxy_bypass(host):
        return None
    url = proxy if _SCHEME.match(proxy) else f"http://{proxy}"
    _check(url, proxy_variable(scheme))
    return url


def proxy_variable(scheme: str) -> str:
    """Name the variable that names the proxy for a scheme."""
    return f"{_kind(scheme).upper()}_PROXY"


def name_proxy(url: str) -> str:
    """Name a proxy by its host and port, which is all of it that a message may show."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else f"{parts.hostname}"


def _kind(scheme: str) -> str:
    return scheme if getproxies().get(scheme, "").strip() else "all"


def _check(url: str, variable: str) -> None:
    parts = _split(url)
    if parts is None or not parts.hostname or not url.isprintable() or " " in url:
        # It is not shown: what cannot be taken apart may have a password anywhere.
        raise UsageError(f"{variable} names no usable proxy", hint=f"{_HINT}; {_ESCAPES}")
    if parts.scheme not in {"http", "https"}:
        raise UsageError(
            f"{variable} names a {parts.scheme} proxy ({name_proxy(url)}); only http proxies are supported",
            hint=_HINT,
        )


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        # A password with a # or a / that is not written as %23 or %2F would make another host of it.
        is_whole = parts.port != 0 and parts.path in {"", "/"} and not parts.query and not parts.fragment
    except ValueError:
        return None
    return parts if is_whole else None
