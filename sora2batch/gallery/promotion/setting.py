"""``--set FIELD=VALUE``: one field of every promoted job's input, read as its tool wants it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sora2batch.catalog.allowed import choices_of
from sora2batch.catalog.price import price_key
from sora2batch.catalog.tool import Tool
from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.errors import Sora2BatchError, UsageError
from sora2batch.ground.text import one_line
from sora2batch.manifest.construct import load_yaml
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.manifest.scalar import ScalarError, plain_value
from sora2batch.template.limit import MAX_CHARACTERS

_ROOM = 60
_MAX_CHARACTERS = MAX_CHARACTERS // 2
"""A manifest takes twice as much, but what is in the text may have to be written with escapes."""
_BARE_KINDS = frozenset({"integer", "number", "boolean", "null"})
"""Types whose values are written without quotes or brackets."""


class SettingError(Sora2BatchError):
    """A setting that cannot be understood; one sentence, which names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One field and the text of its new value."""

    field: str
    text: str

    @property
    def shown(self) -> str:
        """The setting on one line, cut where it is long: ``mode=pro``."""
        return f"{self.field}={one_line(self.text, _ROOM)}"

    def value(self, tool: Tool) -> JsonValue:
        """Read the text as the tool's schema wants the field; what does not fit stays what it is.

        Raises:
            SettingError: it is too long, no YAML, or a number that JSON cannot carry.
        """
        if len(self.text) > _MAX_CHARACTERS:
            raise SettingError(f"--set {self.shown}: is longer than {_MAX_CHARACTERS:,} characters")
        schema = tool.properties.get(self.field, {})
        for choice in choices_of(schema) or ():
            if price_key(choice) == self.text:
                return choice
        kinds = _kinds(schema)
        if kinds <= _BARE_KINDS:
            return self._bare()
        return self.text if "string" in kinds else self._yaml()

    def _bare(self) -> JsonValue:
        try:
            return plain_value(self.text.strip())
        except ScalarError as error:
            raise SettingError(f"--set {self.shown}: {error}") from error

    def _yaml(self) -> JsonValue:
        try:
            return load_yaml(self.text, file="--set")
        except ManifestError as error:
            raise SettingError(f"--set {self.shown}: {error.problems[0].sentence}") from error


def read_settings(texts: Sequence[str]) -> tuple[Setting, ...]:
    """Read what ``--set`` was given.

    Raises:
        UsageError: one has no ``=``, or a field is set twice.
    """
    settings: dict[str, Setting] = {}
    for text in texts:
        field, equals, value = text.partition("=")
        field = field.strip()
        if not equals or not field:
            hint = "write --set FIELD=VALUE, such as --set mode=pro"
            raise UsageError(f"--set {one_line(text, _ROOM)} sets nothing", hint=hint)
        if field in settings:
            raise UsageError(f"--set {one_line(field, _ROOM)} is given twice")
        settings[field] = Setting(field=field, text=value)
    return tuple(settings.values())


def _kinds(schema: JsonObject) -> frozenset[str]:
    """Name the types that a schema takes; ``string`` for a list of choices, or an unknown field."""
    kinds = schema.get("type")
    if isinstance(kinds, str):
        return frozenset({kinds})
    if isinstance(kinds, list):
        return frozenset(map(str, kinds))
    return frozenset({"string"}) if not schema or choices_of(schema) else frozenset({"object"})
