"""What this machine knows that nobody else may read: the API's key, the passwords of the fleet's database."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

from sora2batch.app.config.settings import configured_queue
from sora2batch.fleet.database.queue_url import QueueUrl, without_password
from sora2batch.ground.errors import UsageError
from sora2batch.sjinn.secret import ApiKey, load_key

_PASSWORD_VARIABLE = "PGPASSWORD"  # noqa: S105  # the name of one


class KnownSecrets(NamedTuple):
    """What must not get into a log or a message; None where there is none, or none that can be read."""

    key: ApiKey | None
    queue: QueueUrl | None
    password: str
    """What libpq takes from the environment; empty where there is none."""

    def redact(self, text: str) -> str:
        """Take all of them out of a text."""
        if self.key:
            text = self.key.redact(text)
        if self.queue:
            text = self.queue.redact(text)
        if self.password:
            spared = (self.queue.user, self.queue.database) if self.queue else ()
            text = without_password(text, self.password, spared)
        return text


def known_secrets(environ: Mapping[str, str] = os.environ) -> KnownSecrets:
    """Look up what must not be told; what is wrong with it is told where it is needed."""
    return KnownSecrets(
        key=_key(environ), queue=_queue(environ), password=environ.get(_PASSWORD_VARIABLE, "")
    )


def redact(text: str) -> str:
    """Take out of a text what must not be told, should it be in there."""
    return known_secrets(os.environ).redact(text)


def _key(environ: Mapping[str, str]) -> ApiKey | None:
    try:
        return load_key(environ)
    except UsageError:
        return None


def _queue(environ: Mapping[str, str]) -> QueueUrl | None:
    try:
        return configured_queue(environ)
    except UsageError:
        return None
