from __future__ import annotations

import pytest

from sora2batch.ground.errors import UsageError
from sora2batch.sjinn.endpoint import DEFAULT_URL, Endpoint
from sora2batch.sjinn.secret import ApiKey

KEY = ApiKey("sk-1")


@pytest.mark.parametrize(
    ("text", "url"),
    [
        (DEFAULT_URL, DEFAULT_URL),
        ("https://SJINN.ai/api/un-api//", "https://sjinn.ai/api/un-api"),
        ("HTTP://LocalHost:8080", "http://localhost:8080"),
        (" http://[::1]:80/x ", "http://[::1]:80/x"),
        ("http://my_host/", "http://my_host"),
    ],
)
def test_a_base_url_has_one_form(text, url):
    assert Endpoint.parse(text).url == url


def test_a_call_stands_below_the_base():
    assert Endpoint.parse("https://h/api/").call("create_tool_task") == "https://h/api/create_tool_task"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sjinn.ai",
        "ftp://h/",
        "file:///etc",
        "https://",
        "https://user:hunter2@h/",
        "https://hunter2@h/",
        "https://h/?a=hunter2",
        "https://h/#hunter2",
        "https://h/?",
        "https://h:0/",
        "https://h:99999/",
        "https://h:x/",
        "https://[::1",
        "https://[::1%25eth0]/",
        "http://127.0.0.1\\@evil.example/",
        "http://127.0.0.1\\.evil.example/",
        "https://h/a b",
        "https://h/api/un-api/create_tool_task",
        "https://h/query_account_status/",
        "https://h\n/",
        "https://-h-/",
        "https://..",
        "https://hö.example",
    ],
)
def test_what_is_no_plain_base_url_is_refused_without_being_shown(text):
    with pytest.raises(UsageError, match="SORA2BATCH_API_URL") as caught:
        Endpoint.parse(text)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.10", "[::1]"])
def test_plain_http_is_for_this_machine(host):
    Endpoint.parse(f"http://{host}:8080/api").guard(KEY)


@pytest.mark.parametrize(
    "host",
    [
        "h.example",
        "localhost.example",
        "128.0.0.1",
        "127.0.0.1.example",
        "10.0.0.1",
        "0.0.0.0",
        "[::2]",
        "[::]",
    ],
)
def test_no_key_travels_over_plain_http_to_another_machine(host):
    with pytest.raises(UsageError, match="in the clear"):
        Endpoint.parse(f"http://{host}/api").guard(KEY)
    Endpoint.parse(f"https://{host}/api").guard(KEY)


def test_what_is_no_address_is_told_with_who_says_so_and_is_not_repeated():
    with pytest.raises(UsageError) as caught:
        Endpoint.parse("https://user:hunter2@x/api", origin="config.toml:3:1")
    assert "(config.toml:3:1)" in caught.value.message
    assert "hunter2" not in caught.value.message + str(caught.value.hint)


@pytest.mark.parametrize("text", ["https://[1::2::3]/", "https://[zz:1]/"])
def test_an_address_that_is_none_is_refused(text):
    with pytest.raises(UsageError, match=r"not valid|no URL"):
        Endpoint.parse(text)
