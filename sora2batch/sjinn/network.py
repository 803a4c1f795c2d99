"""What the HTTP library may raise when the network fails, and each of those in plain words."""

from __future__ import annotations

from socket import gaierror
from typing import Final

import aiohttp

NETWORK_ERRORS: Final = (aiohttp.ClientError, OSError, ValueError)
"""OSError covers time-outs; ValueError is how the library's parsers may fail on a malformed answer."""

# Subclasses stand before their bases: the first that fits is taken.
_WORDS: Final = (
    (aiohttp.ClientHttpProxyError, "the proxy refused to connect"),
    (aiohttp.ConnectionTimeoutError, "no connection within the connect time-out"),
    (TimeoutError, "no complete answer within the time-out"),
    (aiohttp.ServerDisconnectedError, "the connection was closed before an answer came"),
    (aiohttp.ClientPayloadError, "the answer broke off"),
    (aiohttp.ClientConnectionResetError, "the connection was reset"),
    (aiohttp.ClientResponseError, "the answer is no HTTP"),
)


def word_network_error(error: Exception) -> str:
    """Say in one sentence what happened, without a URL."""
    if isinstance(error, aiohttp.ClientConnectorError):
        return _word_connection(error)
    known = next((words for kind, words in _WORDS if isinstance(error, kind)), None)
    if known is None and isinstance(error, OSError) and error.strerror:
        return f"the connection was lost: {error.strerror}"
    return known or f"the exchange failed ({type(error).__name__})"


def _word_connection(error: aiohttp.ClientConnectorError) -> str:
    if isinstance(error, aiohttp.ClientSSLError):
        return f"no connection to {error.host}: the TLS handshake failed"
    if isinstance(error.os_error, gaierror):
        return f"no connection: the name {error.host} cannot be resolved"
    return f"no connection to {error.host}:{error.port}: {error.strerror or 'refused'}"
