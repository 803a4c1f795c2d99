from __future__ import annotations

import pytest

from sora2batch.ground.errors import UsageError
from sora2batch.ground.proxy import proxy_for


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch):
    for name in ("http_proxy", "https_proxy", "no_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_without_a_setting_there_is_no_proxy():
    assert proxy_for("https", "sjinn.ai") is None


@pytest.mark.parametrize("setting", ["http://proxy.example:3128", "proxy.example:3128"])
def test_the_proxy_is_that_of_the_scheme(monkeypatch, setting):
    monkeypatch.setenv("https_proxy", setting)
    assert proxy_for("https", "sjinn.ai") == "http://proxy.example:3128"
    assert proxy_for("http", "sjinn.ai") is None


def test_no_proxy_is_heeded(monkeypatch):
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "sjinn.ai")
    assert proxy_for("https", "sjinn.ai") is None
    assert proxy_for("https", "files.example") == "http://proxy.example:3128"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_this_machine_is_reached_without_a_proxy(monkeypatch, host):
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    assert proxy_for("http", host) is None


def test_a_proxy_that_speaks_no_http_is_refused_without_its_password(monkeypatch):
    monkeypatch.setenv("https_proxy", "socks5://me:hunter2@proxy.example")
    with pytest.raises(UsageError, match="HTTPS_PROXY names a socks5 proxy") as caught:
        proxy_for("https", "sjinn.ai")
    assert "hunter2" not in str(caught.value)


def test_one_proxy_may_be_for_all(monkeypatch):
    monkeypatch.setenv("all_proxy", "proxy.example:3128")
    assert proxy_for("https", "sjinn.ai") == "http://proxy.example:3128"
    monkeypatch.setenv("https_proxy", "http://other.example")
    assert proxy_for("https", "sjinn.ai") == "http://other.example"


@pytest.mark.parametrize(
    "setting",
    ["http://", "http://:3128", "http://me:hunter2@", "http://me:hunter2@proxy.example:port",
     "http://me:hunter2@proxy.example:0", "http://me:hunter2@proxy.example:99999", "http://me:hunter2@[::1",
     "http://me:hunter2@pro xy.example", "me:hunter2@proxy.example:x", "http:/me:hunter2@proxy.example", "http://me:hunter2#1@proxy.example", "http://me:12#hunter2@x", "http://me:1/hunter2@x"],
)  # fmt: skip
@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_what_is_no_address_of_a_proxy_is_told_without_its_password(monkeypatch, setting, name):
    monkeypatch.setenv(name, setting)
    with pytest.raises(UsageError, match=f"{name.upper()} names no usable proxy") as caught:
        proxy_for("https", "sjinn.ai")
    assert "# is written %23" in caught.value.hint
    assert "hunter2" not in str(caught.value) + str(caught.value.hint)


@pytest.mark.parametrize("kind", ["socks4", "socks5", "socks5h", "socks", "ftp"])
@pytest.mark.parametrize("name", ["https_proxy", "ALL_PROXY"])
def test_other_kinds_of_proxies_are_named_with_the_way_out(monkeypatch, kind, name):
    monkeypatch.setenv(name, f"{kind}://me:hunter2@proxy.example:1080")
    with pytest.raises(UsageError) as caught:
        proxy_for("https", "sjinn.ai")
    assert caught.value.message == (
        f"{name.upper()} names a {kind} proxy (proxy.example:1080); only http proxies are supported"
    )
    assert "NO_PROXY" in caught.value.hint
    monkeypatch.setenv("NO_PROXY", "*")
    assert proxy_for("https", "sjinn.ai") is None
