"""What an account is called in a fleet: by the API's host, and by whose it is."""

from __future__ import annotations

import os
from hashlib import sha256

from sora2batch.app.backend.account import ask_account
from sora2batch.app.backend.connection import find_access
from sora2batch.sjinn.secret import ApiKey

_DIGITS = 16


def account_name(host: str, identity: str | None, key: ApiKey) -> str:
    """Name an account: by a hash of whose it is or, where the API does not tell, of the key."""
    return f"{host}/{identity or f'key-{sha256(key.reveal().encode()).hexdigest()[:_DIGITS]}'}"


def own_account() -> str:
    """Ask the API whose key this machine has, and name the account.

    Raises:
        UsageError: there is no key.
        ApiError: the API does not tell.
        KeyRefusedError: it refused the key.
    """
    access = find_access(os.environ, can_simulate=False)
    return account_name(access.endpoint.host, ask_account().identity, access.key)
