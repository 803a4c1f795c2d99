"""S3 and what speaks its language (R2, MinIO): endpoint, region, credentials, as AWS's tools find them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any

from obstore.store import S3Store

from sora2batch.ground.errors import UsageError
from sora2batch.store.cloud_client import StoreTimeouts, client_options, retry_config
from sora2batch.store.cloud_endpoint import CloudEndpoint, find_endpoint, first_of, is_yes, read_endpoint
from sora2batch.store.store_location import StoreLocation

if TYPE_CHECKING:
    from obstore.store import S3Config, S3Credential

_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
_ALLOW_HTTP = "AWS_ALLOW_HTTP"
_DEFAULT_REGION = "us-east-1"
_FRESH = timedelta(minutes=5)
"""After this AWS's own code is asked again; it renews what is about to expire."""
_HINT = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE to a profile in ~/.aws"


class _Given:
    """Credentials of the environment; a class of our own, so that they stand in no option of the client."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._key_id = first_of(environ, "AWS_ACCESS_KEY_ID") or ""
        self._secret = first_of(environ, "AWS_SECRET_ACCESS_KEY") or ""
        self._token = first_of(environ, "AWS_SESSION_TOKEN", "AWS_TOKEN")

    def __call__(self) -> S3Credential:
        return {
            "access_key_id": self._key_id,
            "secret_access_key": self._secret,
            "token": self._token,
            "expires_at": None,
        }


class _Found:
    """Credentials that AWS's own code has found in its files, or gets from a login."""

    def __init__(self, credentials: Any) -> None:  # noqa: ANN401 - botocore has no types
        self._credentials = credentials

    def __call__(self) -> S3Credential:
        now = self._credentials.get_frozen_credentials()
        return {
            "access_key_id": now.access_key,
            "secret_access_key": now.secret_key,
            "token": now.token,
            "expires_at": datetime.now(UTC) + _FRESH,
        }


def connect_s3(
    location: StoreLocation, environ: Mapping[str, str], timeouts: StoreTimeouts
) -> tuple[S3Store, CloudEndpoint]:
    """Find everything and open the bucket; nothing is sent yet.

    Raises:
        UsageError: there are no credentials, or a variable cannot be used.
    """
    profile = _Profile(environ, location)
    credentials = _credentials(environ, profile, location)
    endpoint = _endpoint(environ, profile)
    region = first_of(environ, "AWS_REGION", "AWS_DEFAULT_REGION")
    if region is None and (endpoint.url is None or profile.is_loaded):
        region = profile.region
    config: S3Config = {"region": region or _DEFAULT_REGION}
    if endpoint.url is not None:
        config["endpoint"] = endpoint.url
    store = S3Store(
        location.bucket,
        config=config,
        credential_provider=credentials,
        client_options=client_options(timeouts, allow_http=endpoint.is_http),
        retry_config=retry_config(timeouts),
    )
    return store, endpoint


def _credentials(environ: Mapping[str, str], profile: _Profile, location: StoreLocation) -> _Given | _Found:
    if first_of(environ, "AWS_ACCESS_KEY_ID") is None:
        return _Found(profile.credentials())
    if first_of(environ, "AWS_SECRET_ACCESS_KEY") is None:
        raise UsageError(f"AWS_SECRET_ACCESS_KEY is not set, so {location.url} cannot be used", hint=_HINT)
    return _Given(environ)


def _endpoint(environ: Mapping[str, str], profile: _Profile) -> CloudEndpoint:
    endpoint = find_endpoint(environ, *_ENDPOINTS, allow_http=_ALLOW_HTTP)
    if endpoint.url is None and profile.is_loaded:
        may_be_http = is_yes(environ, _ALLOW_HTTP)
        origin = "endpoint_url in ~/.aws/config"
        return read_endpoint(profile.endpoint, origin, may_be_http=may_be_http, allow_http=_ALLOW_HTTP)
    return endpoint


class _Profile:
    """What stands in ``~/.aws``, read by AWS's own code when it is wanted: that takes a third of a second."""

    def __init__(self, environ: Mapping[str, str], location: StoreLocation) -> None:
        self._environ = environ
        self._location = location
        self._session: Any = None

    @property
    def is_loaded(self) -> bool:
        """Whether it was needed."""
        return self._session is not None

    @property
    def region(self) -> str | None:
        """The region of the profile."""
        found = self._ask(lambda session: session.get_config_variable("region"))
        return str(found) if found else None

    @property
    def endpoint(self) -> str:
        """The profile's ``endpoint_url``; empty for none."""
        return str(self._ask(lambda session: session.get_scoped_config()).get("endpoint_url", ""))

    def credentials(self) -> Any:  # noqa: ANN401 - botocore has no types
        """Find credentials in files, a login, or the machine's role.

        Raises:
            UsageError: there are none.
        """
        found = self._ask(lambda session: session.get_credentials())
        if found is None:
            raise UsageError(f"there are no credentials for {self._location.url}", hint=_HINT)
        return found

    def _ask(self, question: Any) -> Any:  # noqa: ANN401 - botocore has no types
        problem = ""
        try:
            if self._session is None:
                self._session = self._make()
            return question(self._session)
        except ImportError:
            problem = "botocore is not installed"
        except Exception as error:  # noqa: BLE001 - its errors have no base of their own, and may quote a file
            problem = type(error).__name__
        raise UsageError(
            f"AWS's own files give no credentials for {self._location.url}: {problem}", hint=_HINT
        )

    def _make(self) -> Any:  # noqa: ANN401 - botocore has no types
        session = import_module("botocore.session").Session()
        for variable, name in (
            ("AWS_PROFILE", "profile"),
            ("AWS_CONFIG_FILE", "config_file"),
            ("AWS_SHARED_CREDENTIALS_FILE", "credentials_file"),
        ):
            if (value := first_of(self._environ, variable)) is not None:
                session.set_config_variable(name, value)
        return session
