"""What the HTTP library may raise when the network fails, and each of those in plain words."""

from __future__ import annotations

import os
from pathlib import Path
from socket import gaierror
from ssl import SSLCertVerificationError, SSLError
from typing import Final

import aiohttp


class TooLateError(aiohttp.ClientError):
    """A connection took so long, or the machine slept, that the request must not be sent any more."""


NETWORK_ERRORS: Final = (aiohttp.ClientError, OSError, ValueError)
"""OSError covers time-outs; ValueError is how the library's parsers may fail on a malformed answer."""

# Subclasses stand before their bases: the first that fits is taken.
_WORDS: Final = (
    (aiohttp.ConnectionTimeoutError, "no connection within the connect time-out"),
    (TimeoutError, "no complete answer within the time-out"),
    (aiohttp.ServerDisconnectedError, "the connection was closed before an answer came"),
    (aiohttp.ClientPayloadError, "the answer broke off"),
    (aiohttp.ClientConnectionResetError, "the connection was reset"),
    (aiohttp.ClientResponseError, "the answer is no HTTP"),
)
_OF_TIME: Final = frozenset({9, 10})
"""OpenSSL's codes for a certificate that is not valid yet, or no longer."""
_OF_TRUST: Final = frozenset({18, 19, 20, 21})
"""Self-signed, or by an authority that this machine does not know."""


def word_network_error(error: Exception) -> str:
    """Say in one sentence what happened, without a URL."""
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return _word_proxy(error)
    if isinstance(error, aiohttp.ClientConnectorError):
        return _word_connection(error)
    if isinstance(error, TooLateError):
        return "it was too late to send the call"
    known = next((words for kind, words in _WORDS if isinstance(error, kind)), None)
    if known is None and isinstance(error, OSError) and error.strerror:
        return f"the connection was lost: {error.strerror}"
    return known or f"the exchange failed ({type(error).__name__})"


def _word_proxy(error: aiohttp.ClientHttpProxyError) -> str:
    if error.status == 407:
        return "the proxy wants a user name and a password, or others than these (HTTP 407)"
    return f"the proxy refused to connect (HTTP {error.status})"


def _word_connection(error: aiohttp.ClientConnectorError) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return f"no connection to {error.host}: {_word_certificate(error.certificate_error)}"
    if isinstance(error, aiohttp.ClientSSLError):
        return f"no connection to {error.host}: the TLS handshake failed{_word_handshake(error.os_error)}"
    if isinstance(error.os_error, gaierror):
        return f"no connection: the name {error.host} cannot be resolved"
    return f"no connection to {error.host}:{error.port}: {error.strerror or 'refused'}"


def _word_handshake(error: Exception) -> str:
    reason = error.reason if isinstance(error, SSLError) else None
    if reason in {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"}:
        return "; what answers there does not speak TLS"
    return f" ({reason.lower().replace('_', ' ')})" if reason else ""


def _word_certificate(error: Exception) -> str:
    if not isinstance(error, SSLCertVerificationError):
        return "its TLS certificate is not trusted"
    words = f"its TLS certificate is not trusted: {error.verify_message}"
    if error.verify_code in _OF_TIME:
        return f"{words}; is this machine's clock right?"
    if error.verify_code in _OF_TRUST:
        return f"{words}; {_about_authorities()}"
    return words


def _about_authorities() -> str:
    """Say where this machine's trusted authorities come from, for that is what there is to mend."""
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        if value := os.environ.get(name):
            state = "names" if Path(value).exists() else "is not there:"
            return f"{name} {state} {value}"
    return "if a proxy answers for the host, have SSL_CERT_FILE name its certificate"
