"""What picked jobs would send now: their inputs changed as settings say, checked and priced."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sora2batch.catalog.catalog import Catalog, UnknownToolError
from sora2batch.catalog.input_check import InputChecker, fill_defaults
from sora2batch.catalog.media_field import is_url, is_url_or_path, media_fields
from sora2batch.catalog.price import PriceError, price_of
from sora2batch.catalog.tool import Tool
from sora2batch.gallery.promotion.origin import Origin
from sora2batch.gallery.promotion.output_setting import output_value, takes_output
from sora2batch.gallery.promotion.setting import Setting, SettingError
from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.file_input import map_files
from sora2batch.ground.job import Credits, Fingerprint, fingerprint_of
from sora2batch.ground.problem import Fault, format_path
from sora2batch.ground.text import one_line
from sora2batch.template.limit import MAX_CHARACTERS
from sora2batch.template.literal import fits_template

_SHOWN = 20
_KEY_ROOM = 100


class PromotionError(Sora2BatchError):
    """The picked jobs cannot be asked for in this way; names every reason, one a line."""

    def __init__(self, reasons: Iterable[str]) -> None:
        told = list(dict.fromkeys(reasons))
        more = [f"and {len(told) - _SHOWN:,} more"] if len(told) > _SHOWN else []
        super().__init__("\n".join([*told[:_SHOWN], *more]))


class _NoResultError(Sora2BatchError):
    """A job that was picked before anything came of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotedRequest:
    """What one picked job would send now."""

    origin: Origin
    tool: Tool
    made_by: Tool | None
    """What made the result that was picked; None if the catalogue has it no longer."""
    input: JsonObject
    credits: Credits
    fingerprint: Fingerprint

    @property
    def kind(self) -> tuple[str, ...]:
        """What those of one matrix have in common: the tool, and which fields are sent."""
        return (self.tool.tool_type, *self.input)


class PromotedRequests:
    """Makes requests of origins, and gathers everything that is wrong with them."""

    def __init__(self, settings: Sequence[Setting], catalog: Catalog, tool_type: str | None) -> None:
        self._tool_type = tool_type
        self.dropped: dict[str, None] = {}
        """Fields that were sent and that the next tool does not have."""
        self._settings = {setting.field: setting for setting in settings}
        self._catalog = catalog
        self._checkers: dict[str, InputChecker] = {}
        self._reasons: list[str] = []

    def of_all(self, origins: Iterable[Origin]) -> list[PromotedRequest]:
        """Make the request of each.

        Raises:
            PromotionError: with everything that is wrong.
        """
        requests = [request for origin in origins if (request := self._of(origin))]
        if self._reasons:
            raise PromotionError(self._reasons)
        return requests

    def _of(self, origin: Origin) -> PromotedRequest | None:
        key = one_line(origin.key, _KEY_ROOM)
        try:
            made_by = self._catalog.tools.get(origin.tool_type)
            tool = self._catalog.get(self._tool_type or origin.tool_type)
            changed = {
                field: self._set_value(setting, tool, origin, made_by)
                for field, setting in self._settings.items()
            }
            input = _in_order(fill_defaults(tool, self._kept(origin, tool) | changed), tool)
            if faults := self._checker(tool).faults(map_files(input, lambda found: found.file)):
                self._reasons += self._worded(faults, key, tool)
                return None
            if too_long := [field for field, value in input.items() if not fits_template(value)]:
                self._reasons += (_too_long(key, field) for field in too_long)
                return None
            price = price_of(tool, input)
        except SettingError as error:
            self._reasons.append(error.sentence)
            return None
        except (UnknownToolError, PriceError, _NoResultError) as error:
            self._reasons.append(f"{key}: {error.sentence}")
            return None
        fingerprint = fingerprint_of(tool.tool_type, input, 1)
        return PromotedRequest(
            origin=origin, tool=tool, made_by=made_by, input=input, credits=price, fingerprint=fingerprint
        )

    def _kept(self, origin: Origin, tool: Tool) -> JsonObject:
        """Take what was sent, as far as the tool has the fields for it."""
        if tool.tool_type == origin.tool_type:
            return origin.input
        lost = (field for field, value in origin.input.items() if field not in tool.properties and value)
        self.dropped.update(dict.fromkeys(lost))
        return {field: value for field, value in origin.input.items() if field in tool.properties}

    def _set_value(self, setting: Setting, tool: Tool, origin: Origin, made_by: Tool | None) -> JsonValue:
        if not takes_output(setting):
            return _set_value(setting, tool)
        if origin.output is None:
            raise _NoResultError("it has no result to start from, as long as its file is not there")
        return output_value(setting, tool, origin.output, made_by)

    def _checker(self, tool: Tool) -> InputChecker:
        if tool.tool_type not in self._checkers:
            self._checkers[tool.tool_type] = InputChecker(tool)
        return self._checkers[tool.tool_type]

    def _worded(self, faults: Iterable[Fault], key: str, tool: Tool) -> Iterator[str]:
        """Word faults: of what a setting says once a tool, of all else with the job's key."""
        for fault in faults:
            setting = self._settings.get(str(fault.path[0])) if fault.path else None
            if setting is None:
                yield f"{key}: {format_path(fault.path)} {fault.sentence}"
                continue
            inside = f"{format_path(fault.path)} " if len(fault.path) > 1 else ""
            of_tool = "" if fault.path[0] not in tool.properties else f" for {tool.tool_type}"
            yield f"--set {setting.shown}{of_tool}: {inside}{fault.sentence}"


def _set_value(setting: Setting, tool: Tool) -> JsonValue:
    """Read a setting; what a path leads to would have to be looked at, as only a manifest is.

    Raises:
        SettingError: it cannot be understood, or names a file.
    """
    value = setting.value(tool)
    texts = value if isinstance(value, list) else [value]
    is_media = setting.field in media_fields(tool.input_schema)
    if is_media and any(isinstance(text, str) and _is_path(text) for text in texts):
        raise SettingError(f"--set {setting.shown}: must be a URL; a path is written into the new manifest")
    return value


def _is_path(text: str) -> bool:
    return is_url_or_path(text) and not is_url(text)


def _in_order(input: JsonObject, tool: Tool) -> JsonObject:
    """Put the fields in the order of the tool's own page; unknown ones last."""
    return {field: input[field] for field in tool.properties if field in input} | input


def _too_long(key: str, field: str) -> str:
    return (
        f"{key}: {field} is too long for a manifest: it holds {{{{, {{% or {{#, and with what keeps these "
        f"from being read as a template it has more than {MAX_CHARACTERS:,} characters"
    )
