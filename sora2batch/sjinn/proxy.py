"""The proxy that the environment asks for (``HTTPS_PROXY``, ``HTTP_PROXY``, ``NO_PROXY``).

The HTTP library could look by itself, but it would read ``~/.netrc`` too, and a default entry there
collides with the Authorization header.
"""

from __future__ import annotations

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from sora2batch.errors import UsageError
from sora2batch.sjinn.endpoint import is_loopback


def proxy_for(scheme: str, host: str) -> str | None:
    """Find the proxy for a host; None for this machine and for hosts that ``NO_PROXY`` names.

    Raises:
        UsageError: the environment names a proxy that does not speak HTTP.
    """
    if is_loopback(host):
        return None
    proxy = getproxies().get(scheme)
    if not proxy or proxy_bypass(host):
        return None
    url = proxy if "://" in proxy else f"http://{proxy}"
    kind = urlsplit(url).scheme
    if kind not in {"http", "https"}:
        raise UsageError(f"{scheme.upper()}_PROXY names a {kind} proxy; only http proxies are supported")
    return url
