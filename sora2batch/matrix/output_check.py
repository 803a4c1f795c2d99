"""Whether the results of jobs stand where a file of their kind can be sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sora2batch.catalog.media_field import media_fields
from sora2batch.catalog.tool import Tool
from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.problem import Fault
from sora2batch.ground.rule import Rule
from sora2batch.ground.text import either
from sora2batch.manifest.model import JobAxis
from sora2batch.matrix.output_mark import holds_output, key_of_output

_NOUNS = {"image": ("a picture", "pictures"), "video": ("a clip", "clips"), "audio": ("a sound", "sounds")}


class OutputCheck:
    """Looks at the inputs of one group, which is made from others."""

    def __init__(self, tool: Tool, axes: Sequence[JobAxis], kinds: Mapping[str, str]) -> None:
        """Get ready.

        Args:
            tool: that the inputs are for.
            axes: that bring results.
            kinds: by the key of each job whose result can be there: the kind of media that it is.
        """
        self._media = media_fields(tool.input_schema)
        self._lists = frozenset(name for name in self._media if tool.properties[name].get("type") == "array")
        self._axes = axes
        self._kinds = kinds

    def needs(self, input: JsonObject) -> tuple[str, ...]:
        """Find the jobs whose results are sent, in the order of the input, each once; of a sound input."""
        keys: dict[str, None] = {}
        for name, value in input.items():
            if name in self._media:
                for item in value if isinstance(value, list) else (value,):
                    if isinstance(item, str) and (key := key_of_output(item)):
                        keys[key] = None
        return tuple(keys)

    def faults(self, input: JsonObject) -> tuple[Fault, ...]:
        """Find results that stand where no file can be sent, or another kind of file is.

        *Shape*: paths are below the input.
        """
        held = ((name, value) for name, value in input.items() if holds_output(value))
        found = [fault for name, value in held for fault in self._faults(name, value)]
        for name in self._media:
            if input.get(name) == "":
                message = "is empty: what a filter makes of the result of a job is no file"
                found.append(self._misplaced(name, message, self._written()))
        return tuple(found)

    def _faults(self, name: str, value: JsonValue) -> Iterator[Fault]:
        kind = self._media.get(name)
        if kind is None:
            yield self._misplaced(name, self._no_place(), self._other_name())
        elif name in self._lists and not isinstance(value, list):
            yield self._misplaced(name, "takes a list of files, and this is one", self._written("[", "]"))
        elif name not in self._lists and isinstance(value, list):
            message = f"takes one file, and these are the results of {len(value)} jobs"
            hint = "take one of them, such as {{ NAME.outputs[0] }}"
            yield self._misplaced(name, message, hint.replace("NAME", self._axes[0].name))
        else:
            yield from self._in_place(name, value if isinstance(value, list) else [value], kind)

    def _in_place(self, name: str, items: Sequence[JsonValue], kind: str) -> Iterator[Fault]:
        held = (item for item in items if holds_output(item))
        keys = [key_of_output(item) if isinstance(item, str) else None for item in held]
        made = {self._kinds.get(key or "") for key in keys}
        if None in made:
            message = "must be the result of a job and nothing else: no text can be made of a file"
            yield self._misplaced(name, message, self._written())
            return
        for other in made - {kind, None}:
            wanted, found = _NOUNS[kind][0], _NOUNS[other or kind][1]
            message = f"takes {wanted}, and the results that stand here are {found}"
            yield Fault(path=(name,), rule=Rule.UNUSABLE_MEDIA, message=message)

    def _misplaced(self, name: str, message: str, hint: str | None) -> Fault:
        return Fault(path=(name,), rule=Rule.MISPLACED_OUTPUT, message=message, hint=hint)

    def _no_place(self) -> str:
        where = f"alone in {either([*self._media])}" if self._media else "nowhere: this tool takes none"
        return f"holds the result of a job, which is a file; it can stand {where}"

    def _other_name(self) -> str:
        return f"{{{{ {self._axes[0].name}.id }}}} is its name"

    def _written(self, before: str = "", after: str = "") -> str:
        axis = self._axes[0]
        value = "output" if axis.by is None else "outputs[0]"
        return f'write {before}"{{{{ {axis.name}.{value} }}}}"{after}'
