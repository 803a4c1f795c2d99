"""What goes wrong with a store: bucket, operation and remedy, and never a credential or a signature."""

from __future__ import annotations

from typing import ClassVar

from sora2batch.ground.errors import ExitCode, Sora2BatchError


class StoreError(Sora2BatchError):
    """The store did not do what was asked; nothing was paid, nothing is in doubt."""

    exit_code: ClassVar[ExitCode] = ExitCode.OPEN


class StoreUnavailableError(StoreError):
    """It could not be reached, or is busy: the same may work later."""


class StoreDeniedError(StoreError):
    """It refused who asked: credentials, rights, or a signature."""


class ObjectMissingError(StoreError):
    """There is no such object, or no such bucket."""


class ObjectDamagedError(StoreError):
    """An object has another length, or other bytes, than its name says."""


class SigningError(StoreError):
    """No URL can be made that the API could use."""


class FileChangedError(Sora2BatchError):
    """A local file does not have the bytes any more by which its object would be named."""


class NoConditionError(StoreError):
    """The bucket does not know how to write only if there is nothing."""
