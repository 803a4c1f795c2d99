"""The way to the real API: key and address from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sora2batch.app.config.settings import own_setting
from sora2batch.ground.errors import UsageError
from sora2batch.ground.option_words import option
from sora2batch.sjinn.endpoint import DEFAULT_URL, Endpoint
from sora2batch.sjinn.secret import KEY_FILE_VARIABLE, KEY_VARIABLE, ApiKey, load_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """A key, and where it may go."""

    key: ApiKey
    endpoint: Endpoint


def find_access(environ: Mapping[str, str], *, can_simulate: bool = True) -> Access:
    """Take the key and the API's address from the environment.

    Args:
        environ: the environment.
        can_simulate: whether the call could do without a key, with --simulate.

    Raises:
        UsageError: there is no key, or it must not travel to that address.
    """
    key = load_key(environ)
    if key is None:
        way_out = f"set {KEY_VARIABLE}, or {KEY_FILE_VARIABLE} to a file with it"
        raise UsageError(
            "no API key: this call has to ask the API",
            hint=f"{way_out} ({option('simulate', True)} needs none)" if can_simulate else way_out,
        )
    endpoint = find_endpoint(environ)
    endpoint.guard(key)
    return Access(key=key, endpoint=endpoint)


def find_endpoint(environ: Mapping[str, str]) -> Endpoint:
    """Take the API's address from the environment, else from the user's own file, else the official one.

    Raises:
        UsageError: it is no usable base URL.
    """
    found = own_setting("api_url", environ)
    return Endpoint.parse(found.value, origin=found.origin) if found else Endpoint.parse(DEFAULT_URL)
