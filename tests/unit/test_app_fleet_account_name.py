"""What an account is called in a fleet."""

from __future__ import annotations

from hashlib import sha256

from sora2batch.app.fleet.account_name import account_name
from sora2batch.sjinn.secret import ApiKey

KEY = ApiKey("sk-never-to-be-seen")


def test_it_is_the_host_and_whose_it_is():
    assert account_name("api.example", "0123456789abcdef", KEY) == "api.example/0123456789abcdef"


def test_where_the_api_does_not_tell_it_is_a_hash_of_the_key():
    digits = sha256(b"sk-never-to-be-seen").hexdigest()[:16]
    assert account_name("api.example", None, KEY) == f"api.example/key-{digits}"
