"""Azure's Blob Storage: account, key and the other ways in, under the names of Azure's own tools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from obstore.store import AzureStore

from sora2batch.ground.errors import UsageError
from sora2batch.store.cloud_client import StoreTimeouts, client_options, retry_config
from sora2batch.store.cloud_endpoint import CloudEndpoint, find_endpoint, first_of
from sora2batch.store.store_location import StoreLocation

if TYPE_CHECKING:
    from obstore.store import AzureConfig

_CONNECTION = "AZURE_STORAGE_CONNECTION_STRING"
_ENDPOINTS = ("AZURE_STORAGE_ENDPOINT", "AZURE_ENDPOINT")
_OPTIONS = {
    "account_name": ("AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_ACCOUNT"),
    "account_key": (
        "AZURE_STORAGE_ACCOUNT_KEY",
        "AZURE_STORAGE_ACCESS_KEY",
        "AZURE_STORAGE_MASTER_KEY",
        "AZURE_STORAGE_KEY",
    ),
    "sas_key": ("AZURE_STORAGE_SAS_TOKEN", "AZURE_STORAGE_SAS_KEY"),
    "token": ("AZURE_STORAGE_TOKEN",),
    "client_secret": ("AZURE_STORAGE_CLIENT_SECRET", "AZURE_CLIENT_SECRET"),
    "federated_token_file": ("AZURE_FEDERATED_TOKEN_FILE",),
    "use_azure_cli": ("AZURE_USE_AZURE_CLI",),
    "msi_endpoint": ("AZURE_MSI_ENDPOINT", "AZURE_IDENTITY_ENDPOINT", "IDENTITY_ENDPOINT"),
    "credential_type": ("AZURE_CREDENTIAL_TYPE",),
}
"""Of the client, each with the variables that may hold it; those after the account are ways in."""
_OF_CONNECTION = {
    "AccountName": "AZURE_STORAGE_ACCOUNT_NAME",
    "AccountKey": "AZURE_STORAGE_ACCOUNT_KEY",
    "SharedAccessSignature": "AZURE_STORAGE_SAS_TOKEN",
    "BlobEndpoint": "AZURE_STORAGE_ENDPOINT",
}
_HINT = (
    "set AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY, AZURE_STORAGE_CONNECTION_STRING,"
    " or AZURE_USE_AZURE_CLI=true after az login"
)


def connect_azure(
    location: StoreLocation, environ: Mapping[str, str], timeouts: StoreTimeouts
) -> tuple[AzureStore, CloudEndpoint]:
    """Find everything and open the container; nothing is sent yet.

    Raises:
        UsageError: there are no credentials, or a variable cannot be used.
    """
    environ = {**environ, **_of_connection(environ.get(_CONNECTION, ""))}
    endpoint = find_endpoint(environ, *_ENDPOINTS, allow_http="AZURE_ALLOW_HTTP")
    config = {
        option: value
        for option, names in _OPTIONS.items()
        if (value := first_of(environ, *names)) is not None
    }
    if "account_name" not in config or len(config) == 1:
        raise UsageError(f"there are no credentials for {location.url}", hint=_HINT)
    if endpoint.url is not None:
        config["endpoint"] = endpoint.url
    store = AzureStore(
        location.bucket,
        config=cast("AzureConfig", config),
        client_options=client_options(timeouts, allow_http=endpoint.is_http),
        retry_config=retry_config(timeouts),
    )
    return store, endpoint


def _of_connection(text: str) -> dict[str, str]:
    """Take a connection string apart; what it says beats the other variables, as with Azure's own tools."""
    pairs = dict(part.split("=", 1) for part in text.strip().split(";") if "=" in part)
    return {variable: pairs[name] for name, variable in _OF_CONNECTION.items() if name in pairs}
