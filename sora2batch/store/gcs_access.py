"""Google Cloud Storage: a service account's file, or the application default credentials."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from obstore.store import GCSStore

from sora2batch.ground.errors import UsageError
from sora2batch.store.cloud_client import StoreTimeouts, client_options, retry_config
from sora2batch.store.cloud_endpoint import CloudEndpoint, find_endpoint, first_of
from sora2batch.store.store_location import StoreLocation

if TYPE_CHECKING:
    from obstore.store import GCSConfig

_FILES = (
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GOOGLE_SERVICE_ACCOUNT",
    "GOOGLE_SERVICE_ACCOUNT_PATH",
)
_DEFAULT_FILE = ".config/gcloud/application_default_credentials.json"
_PRODUCT = Path("/sys/class/dmi/id/product_name")
_HINT = (
    "set GOOGLE_APPLICATION_CREDENTIALS to a service account's file,"
    " or run gcloud auth application-default login"
)


def connect_gcs(
    location: StoreLocation, environ: Mapping[str, str], timeouts: StoreTimeouts
) -> tuple[GCSStore, CloudEndpoint]:
    """Find everything and open the bucket; nothing is sent yet.

    Raises:
        UsageError: there are no credentials, or a variable cannot be used.
    """
    endpoint = find_endpoint(
        environ, "GOOGLE_BASE_URL", "STORAGE_EMULATOR_HOST", allow_http="GOOGLE_ALLOW_HTTP"
    )
    config = _credentials(environ, location)
    if endpoint.url is not None:
        config["base_url"] = endpoint.url
    store = GCSStore(
        location.bucket,
        config=config,
        client_options=client_options(timeouts, allow_http=endpoint.is_http),
        retry_config=retry_config(timeouts),
    )
    return store, endpoint


def _credentials(environ: Mapping[str, str], location: StoreLocation) -> GCSConfig:
    if key := first_of(environ, "GOOGLE_SERVICE_ACCOUNT_KEY"):
        return {"service_account_key": key}
    for variable in _FILES:
        if file := first_of(environ, variable):
            return _from_file(file, variable)
    default = Path(environ.get("HOME", "~")).expanduser() / _DEFAULT_FILE
    if not default.is_file() and not _is_google_machine():
        # Else the machine's own account would be asked for, at an address that nobody answers at.
        raise UsageError(f"there are no credentials for {location.url}", hint=_HINT)
    return {}


def _from_file(file: str, variable: str) -> GCSConfig:
    if not Path(file).is_file():
        raise UsageError(f"{variable} names {file}, which is no file", hint=_HINT)
    if variable == "GOOGLE_APPLICATION_CREDENTIALS":
        return {"application_credentials": file}
    return {"service_account": file}


def _is_google_machine() -> bool:
    try:
        return _PRODUCT.read_text(encoding="utf-8").startswith("Google")
    except (OSError, ValueError):
        return False
