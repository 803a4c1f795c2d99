"""Whether the results of jobs stand where a file of their kind can be sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sora2batch.catalog.media_field import media_fields
from sora2batch.catalog.tool import Tool
from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.problem import Fault
from sora2batch.ground.rule import Rule
from sora2batch.ground.text import either
from sora2batch.manifest.model import JobAxis
from sora2batch.matrix.output_mark import holds_output

_NOUNS = {"image": ("a picture", "pictures"), "video": ("a clip", "clips"), "audio": ("a sound", "sounds")}


class MadeMedia(NamedTuple):
    """What a job makes."""

    key: str
    """Of the job."""
    kind: str
    """``image`` or ``video``."""


class Needs(NamedTuple):
    """What an input rests on."""

    keys: tuple[str, ...] = ()
    """Of the jobs whose results it sends, in its order, each once."""
    fields: tuple[str, ...] = ()
    """In which they stand."""
    faults: tuple[Fault, ...] = ()
    """Results that cannot be sent where they stand; paths are below the input."""


class OutputCheck:
    """Looks at the inputs of one group, which is made from others."""

    def __init__(self, tool: Tool, axes: Sequence[JobAxis], made: Mapping[str, MadeMedia]) -> None:
        """Get ready.

        Args:
            tool: that the inputs are for.
            axes: that bring results.
            made: what each job makes whose result can be there, by the mark of that.
        """
        self._media = media_fields(tool.input_schema)
        self._lists = frozenset(name for name in self._media if tool.properties[name].get("type") == "array")
        self._axes = axes
        self._made = made

    def look_at(self, input: JsonObject) -> Needs:
        """Find the jobs that an input rests on, and results that stand where they cannot be sent."""
        keys: dict[str, None] = {}
        fields: list[str] = []
        faults: list[Fault] = []
        for name, value in input.items():  # for every job: what is plain is passed over as fast as can be
            if type(value) is str:
                if value and value.isascii():
                    continue
                made = self._made.get(value)
                if made and self._media.get(name) == made.kind and name not in self._lists:
                    keys[made.key] = None
                    fields.append(name)
                    continue
            elif type(value) is not list and type(value) is not dict:
                continue
            found = list(self._faults(name, value))
            faults += found
            in_list = [] if found else [*self._keys_in(value)]
            if in_list:
                keys.update(dict.fromkeys(in_list))
                fields.append(name)
        return Needs(tuple(keys), tuple(fields), tuple(faults))

    def _keys_in(self, value: JsonValue) -> Iterator[str]:
        for item in value if isinstance(value, list) else ():
            if isinstance(item, str) and (made := self._made.get(item)):
                yield made.key

    def _faults(self, name: str, value: JsonValue) -> Iterator[Fault]:
        kind = self._media.get(name)
        if value == "" and kind:
            message = "is empty: what a filter makes of the result of a job is no file"
            yield self._misplaced(name, message, self._written())
        if not holds_output(value):
            return
        if kind is None:
            yield self._misplaced(name, self._no_place(), self._other_name())
        elif name in self._lists and not isinstance(value, list):
            yield self._misplaced(name, "takes a list of files, and this is one", self._written("[", "]"))
        elif name not in self._lists and isinstance(value, list):
            message = f"takes one file, and these are the results of {len(value)} jobs"
            axis = next((one for one in self._axes if one.by is not None), self._axes[0])
            hint = f"take one of them, such as {{{{ {axis.name}.outputs[0] }}}}"
            yield self._misplaced(name, message, hint)
        else:
            yield from self._in_place(name, value if isinstance(value, list) else [value], kind)

    def _in_place(self, name: str, items: Sequence[JsonValue], kind: str) -> Iterator[Fault]:
        held = [item for item in items if holds_output(item)]
        made = [self._made.get(item) if isinstance(item, str) else None for item in held]
        if None in made:
            message = "must be the result of a job and nothing else: no text can be made of a file"
            yield self._misplaced(name, message, self._written())
            return
        for other in sorted({one.kind for one in made if one} - {kind}):
            message = f"takes {_NOUNS[kind][0]}, and the results that stand here are {_NOUNS[other][1]}"
            yield Fault(path=(name,), rule=Rule.UNUSABLE_MEDIA, message=message)

    def _misplaced(self, name: str, message: str, hint: str | None) -> Fault:
        return Fault(path=(name,), rule=Rule.MISPLACED_OUTPUT, message=message, hint=hint)

    def _no_place(self) -> str:
        where = f"alone in {either([*self._media])}" if self._media else "nowhere: this tool takes none"
        return f"holds the result of a job, which is a file; it can stand {where}"

    def _other_name(self) -> str:
        name = self._axes[0].name if len(self._axes) == 1 else "NAME"
        return f"{{{{ {name}.id }}}} is its name"

    def _written(self, before: str = "", after: str = "") -> str:
        axis = self._axes[0]
        value = "output" if axis.by is None else "outputs[0]"
        return f'write {before}"{{{{ {axis.name}.{value} }}}}"{after}'
