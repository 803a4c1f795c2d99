"""Jobs that were picked -> the jobs of the next manifest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sora2batch.catalog.catalog import Catalog, UnknownToolError
from sora2batch.catalog.input_check import InputChecker, fill_defaults
from sora2batch.catalog.media_field import is_url, is_url_or_path, media_fields
from sora2batch.catalog.price import PriceError, price_of
from sora2batch.catalog.tool import Tool
from sora2batch.gallery.promotion.group_name import group_name
from sora2batch.gallery.promotion.origin import Origin
from sora2batch.gallery.promotion.setting import Setting, SettingError
from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.file_input import map_files
from sora2batch.ground.job import Credits, Fingerprint, fingerprint_of
from sora2batch.ground.problem import Fault, format_path
from sora2batch.ground.text import counted, one_line
from sora2batch.lockfile.content import Lockfile
from sora2batch.matrix.label import unique_names
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


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotedJob:
    """One job of the next manifest."""

    name: str
    """Of its group; unique."""
    tool_type: str
    input: JsonObject
    """What will be sent, defaults filled in, in the order of the tool's fields; no templates."""
    fingerprint: Fingerprint
    credits: Credits
    origins: tuple[Origin, ...]
    """The jobs that it comes from; never empty, several where they would send the same now."""
    is_paid: bool
    """Whether the same was asked for before, and paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """The jobs of the next manifest and their price."""

    jobs: tuple[PromotedJob, ...]
    """In the order of the picks; fingerprints and names are unique."""

    @property
    def credits(self) -> Credits:
        """What all of them cost together."""
        return Credits(sum(job.credits for job in self.jobs))

    @property
    def arithmetic(self) -> str:
        """How the price comes about: ``3 jobs: 2 x 2,100 + 1 x 420``."""
        prices = sorted(Counter(job.credits for job in self.jobs).items(), reverse=True)
        terms = " + ".join(f"{count:,} x {price:,}" for price, count in prices)
        return f"{counted(len(self.jobs), 'job')}: {terms}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """What one picked job would send now."""

    origin: Origin
    input: JsonObject
    credits: Credits
    fingerprint: Fingerprint


def promote(
    origins: Sequence[Origin], settings: Sequence[Setting], catalog: Catalog, lockfile: Lockfile
) -> Promotion:
    """Change what was sent for each job as the settings say, and price it; equal requests become one job.

    Raises:
        PromotionError: a tool is gone, a setting is no good, or a price is not known.
    """
    alike: dict[Fingerprint, list[_Request]] = {}
    for request in _Requests(settings, catalog).of_all(origins):
        alike.setdefault(request.fingerprint, []).append(request)
    firsts = [requests[0] for requests in alike.values()]
    names = unique_names(group_name(one.origin.key, one.origin.input, one.input) for one in firsts)
    paid = _paid_requests(lockfile)
    return Promotion(
        jobs=tuple(
            PromotedJob(
                name=name,
                tool_type=requests[0].origin.tool_type,
                input=requests[0].input,
                fingerprint=fingerprint,
                credits=requests[0].credits,
                origins=tuple(request.origin for request in requests),
                is_paid=fingerprint in paid,
            )
            for name, (fingerprint, requests) in zip(names, alike.items(), strict=True)
        )
    )


class _Requests:
    """Makes requests of origins, and gathers everything that is wrong with them."""

    def __init__(self, settings: Sequence[Setting], catalog: Catalog) -> None:
        self._settings = {setting.field: setting for setting in settings}
        self._catalog = catalog
        self._checkers: dict[str, InputChecker] = {}
        self._reasons: list[str] = []

    def of_all(self, origins: Iterable[Origin]) -> list[_Request]:
        requests = [request for origin in origins if (request := self._of(origin))]
        if self._reasons:
            raise PromotionError(self._reasons)
        return requests

    def _of(self, origin: Origin) -> _Request | None:
        key = one_line(origin.key, _KEY_ROOM)
        try:
            tool = self._catalog.get(origin.tool_type)
            changed = {field: _set_value(setting, tool) for field, setting in self._settings.items()}
            input = _in_order(fill_defaults(tool, origin.input | changed), tool)
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
        except (UnknownToolError, PriceError) as error:
            self._reasons.append(f"{key}: {error.sentence}")
            return None
        fingerprint = fingerprint_of(tool.tool_type, input, 1)
        return _Request(origin=origin, input=input, credits=price, fingerprint=fingerprint)

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


def _paid_requests(lockfile: Lockfile) -> frozenset[Fingerprint]:
    """Find what was paid, whichever take it was, as the fingerprint of its first take."""
    return frozenset(
        entry.fingerprint if entry.take == 1 else fingerprint_of(entry.tool_type, entry.input, 1)
        for entry in lockfile.entries.values()
        if any(attempt.is_paid for attempt in entry.attempts)
    )
