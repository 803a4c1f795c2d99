from __future__ import annotations

import ssl

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey

from sora2batch.sjinn.network import word_network_error


def certificate_error(code: int, message: str) -> Exception:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = code, message
    key = ConnectionKey(
        "api.example", 443, is_ssl=True, ssl=True, proxy=None, proxy_auth=None, proxy_headers_hash=None
    )
    return aiohttp.ClientConnectorCertificateError(key, error)


@pytest.fixture(autouse=True)
def _no_authorities(monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)


@pytest.mark.parametrize(
    ("code", "message"), [(9, "certificate is not yet valid"), (10, "certificate has expired")]
)
def test_a_certificate_of_another_time_asks_for_the_clock(code, message):
    assert word_network_error(certificate_error(code, message)) == (
        f"no connection to api.example: its TLS certificate is not trusted: {message}; is this machine's clock right?"
    )


@pytest.mark.parametrize("code", [18, 19, 20, 21])
def test_an_authority_that_is_not_known_names_what_there_is_to_mend(code, monkeypatch, tmp_path):
    error = certificate_error(code, "self-signed certificate")
    assert word_network_error(error).endswith(
        "; if a proxy answers for the host, have SSL_CERT_FILE name its certificate"
    )
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert word_network_error(error).endswith(f"; SSL_CERT_DIR names {tmp_path}")
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    assert word_network_error(error).endswith("; SSL_CERT_FILE is not there: /nowhere/ca.pem")


def test_a_certificate_of_another_host_says_so():
    error = certificate_error(62, "Hostname mismatch, certificate is not valid for 'api.example'.")
    assert "Hostname mismatch" in word_network_error(error)
