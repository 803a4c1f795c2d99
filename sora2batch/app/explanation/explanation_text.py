"""An explanation for a person: what is sent and from where, what a run would do, what was paid."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import assert_never

import orjson

from sora2batch.app.explanation.explanation import Explanation, Need
from sora2batch.app.explanation.explanation_json import identity_of
from sora2batch.ground.canonical import JsonValue, canonical_json
from sora2batch.ground.clock import to_timestamp
from sora2batch.ground.credit_price import credits_in_words
from sora2batch.ground.file_input import map_files
from sora2batch.ground.schema import schema_dir
from sora2batch.ground.terminal_width import isolated, padded, width_of
from sora2batch.ground.text import counted, one_line, shortened, visible, without_secrets
from sora2batch.lockfile.entry import Attempt, Entry, Output, State
from sora2batch.matrix.provenance.job_origin import (
    FieldKind,
    FieldOrigin,
    JobOrigin,
    Read,
    ReadKind,
    WrittenAt,
)
from sora2batch.plan.action import Action
from sora2batch.plan.change import describe_change

_ROOM = 2000
_LINE_ROOM = 500
_WIDEST_NAME = 24
_DIGITS = 12
"""Of a file's hash that are shown."""


def explanation_lines(told: Explanation) -> Iterator[str]:
    """Write all that is known of a job, section by section."""
    yield isolated(told.key)
    yield from _head(told)
    if told.origin and told.origin.cell:
        yield ""
        yield "cell"
        yield from _cell(told.origin)
    yield ""
    yield "input"
    yield from _input(told)
    if told.needs:
        yield ""
        yield "made from"
        yield from map(_need, told.needs)
    yield ""
    yield from _fingerprint(told)
    yield ""
    yield from _action(told)
    if told.entry:
        yield ""
        yield f"paid  {credits_in_words(told.entry.spent, told.credit_price)}, by {_name(told.lockfile)}"
        if told.entry.key != told.key:
            yield f"  recorded there as {_name(told.entry.key)}; that follows with the next run"
        yield from _calls(told.entry)
    for entry in told.former:
        yield ""
        yield from _former(entry, told, "before  another request under this key")
    if told.nearest:
        yield ""
        name = _name(told.nearest.key)
        yield from _former(
            told.nearest, told, f"nearest  {name}, which the manifest does not ask for any more"
        )


def _fingerprint(told: Explanation) -> Iterator[str]:
    if told.fingerprint is None:
        yield "fingerprint  none yet: what it is made from counts by its content, as any file does"
        return
    yield f"fingerprint  {told.fingerprint}"
    yield "  of this and nothing else; the key, the order and the layout of the manifest do not count:"
    yield f"  {_cut(without_secrets(canonical_json(identity_of(told)).decode()))}"


def _need(need: Need) -> str:
    """Tell of a result: where it lies, or why it is not there."""
    if need.file:
        told = f"{_name(need.file.file)} (sha256 {need.file.sha256[:_DIGITS]}…)"
    elif need.planned:
        told = f"{need.planned.action}: {need.planned.reason}"
    else:
        told = "the manifest does not ask for it any more"
    return f"  {_name(need.key)}  {told}"


def _head(told: Explanation) -> Iterator[str]:
    origin = told.origin
    rows = [("tool", _name(told.tool_type), _place(origin.tool) if origin else "")]
    if told.planned:
        price = credits_in_words(told.planned.job.credits, told.credit_price)
        rows.append(("price", price, told.price_text or ""))
    if origin and origin.repeat:
        rows.append(("take", f"{told.take} of {origin.takes}", _place(origin.repeat)))
    elif told.take > 1:
        rows.append(("take", str(told.take), ""))
    if told.result:
        at = origin.filename if origin else None
        named = f"{_place(at)}: {_written(told.filename)}" if at else "named after the key"
        rows.append(("file", _name(told.result), named))
    yield from _table(rows)


def _cell(origin: JobOrigin) -> Iterator[str]:
    yield from _table([(one.axis, _value(one.value), _place(one.at)) for one in origin.cell])


def _input(told: Explanation) -> Iterator[str]:
    if told.origin is None:
        yield from _table([(name, _value(value), "as it was sent") for name, value in told.input.items()])
        return
    width = _widest(one.name for one in told.origin.fields)
    for one in told.origin.fields:
        yield f"  {padded(isolated(one.name), width)}  {_value(one.value)}"
        margin = " " * (width + 4)
        yield f"{margin}{_origin(one, told.tool_defaults.get(one.name))}"
        yield from _reads(one.reads, margin)


def _origin(one: FieldOrigin, default: WrittenAt | None) -> str:
    template = f": {_written(one.template)}" if one.template is not None else ""
    match one.kind:
        case FieldKind.TOOL:
            return f"the tool's default, {_tool_place(default)}" if default else "the tool's default"
        case FieldKind.DEFAULTS:
            return f"defaults, {_place(one.at)}{template}"
        case FieldKind.GROUP:
            instead = f"  (instead of defaults, {_place(one.overrides)})" if one.overrides else ""
            return f"group, {_place(one.at)}{template}{instead}"
        case _:
            assert_never(one.kind)


def _reads(reads: tuple[Read, ...], margin: str) -> Iterator[str]:
    width = _widest(read.name for read in reads)
    for read in reads:
        template = f": {_written(read.template)}" if read.template is not None else ""
        kind = "vars, " if read.kind is ReadKind.VARIABLE else ""
        where = f"  {kind}{_place(read.at)}{template}" if read.at else ""
        yield f"{margin}  {padded(isolated(read.name), width)} = {_value(read.value)}{where}"
        yield from _reads(read.reads, f"{margin}  ")


def _action(told: Explanation) -> Iterator[str]:
    if told.planned is None:
        yield "action  none: the manifest does not ask for it any more; its files and its record are kept"
        return
    planned = told.planned
    yield f"action  {planned.action}: {planned.reason}"
    yield f"  {_meaning(planned.action, credits_in_words(planned.job.credits, told.credit_price))}"


def _meaning(action: Action, price: str) -> str:
    match action:
        case Action.SUBMIT:
            return f"a run sends it, for {price}"
        case Action.RESUME:
            return "a run waits for its task and fetches the file; nothing more is charged"
        case Action.DOWNLOAD:
            return "a run fetches the file; nothing is charged"
        case Action.SKIP:
            return "a run leaves it alone"
        case Action.FAILED:
            return f"a run leaves it alone; --retry-failed sends it again, for {price}"
        case Action.IN_DOUBT:
            return "a run asks the account's ledger, and sends it again only if it was surely not charged"
        case Action.WAIT:
            return f"a run sends it as soon as what it needs is there, for {price}"
        case Action.BLOCKED:
            return "no run can send it; --retry-failed makes what it rests on once more"
        case _:
            assert_never(action)


def _calls(entry: Entry) -> Iterator[str]:
    for attempt in entry.attempts:
        yield f"  {_sent(attempt)}"
        for name, digest in attempt.seen:
            yield f"    {_name(name)} was looked at before: sha256 {digest[:_DIGITS]}…"
        if ended := _ended(attempt):
            yield f"    {ended}"
        if attempt.error:
            yield f"    {one_line(attempt.error.message, _LINE_ROOM)}"
        yield from (f"    {_file(output)}" for output in attempt.outputs if output.path)


def _sent(attempt: Attempt) -> str:
    when = to_timestamp(attempt.submitted) if attempt.submitted else "at an unknown time"
    where = f" to {one_line(attempt.api, _LINE_ROOM)}" if attempt.api else ""
    again = f", attempt {attempt.number}" if attempt.number > 1 else ""
    task = f": task {one_line(attempt.task_id, _LINE_ROOM)}" if attempt.task_id else ""
    charged = f"{attempt.credits:,} credits" if attempt.is_paid else "not charged"
    doubt = ", or not: nobody knows" if attempt.state is State.IN_DOUBT else ""
    return f"sent {when}{where}{again}{task}, {charged}{doubt}"


def _ended(attempt: Attempt) -> str:
    if attempt.state is State.SUBMITTED:
        return "still generating, as far as is known"
    state = attempt.state.value.replace("_", " ")
    if attempt.finished is None:
        return state
    took = attempt.finished - attempt.submitted if attempt.submitted else None
    after = f", after {counted(round(took.total_seconds()), 'second')}" if took is not None else ""
    return f"{state} {to_timestamp(attempt.finished)}{after}"


def _file(output: Output) -> str:
    size = f", {output.bytes:,} bytes" if output.bytes is not None else ""
    digest = f", sha256 {output.sha256[:_DIGITS]}…" if output.sha256 else ", not fetched"
    return f"{_name(output.path or '')}{size}{digest}"


def _former(entry: Entry, told: Explanation, what: str) -> Iterator[str]:
    spent = credits_in_words(entry.spent, told.credit_price)
    change = describe_change(entry.tool_type, entry.input, told.tool_type, told.input)
    yield f"{what}, {spent}: {entry.fingerprint}"
    yield f"  since then: {one_line(change or f'take {entry.take} → {told.take}', _LINE_ROOM)}"
    yield from _calls(entry)


def _table(rows: list[tuple[str, str, str]]) -> Iterator[str]:
    width = _widest(name for name, _, _ in rows)
    for name, value, where in rows:
        yield f"  {padded(isolated(name), width)}  {value}{f'  {where}' if where else ''}"


def _widest(names: Iterator[str]) -> int:
    return min(_WIDEST_NAME, max(map(width_of, names), default=0))


def _place(at: WrittenAt | None) -> str:
    return _name(at.place) if at else ""


def _name(text: str) -> str:
    return isolated(one_line(text, _LINE_ROOM))


def _tool_place(at: WrittenAt) -> str:
    """Tell a place in a tool's file; one that ships with the program by its bare name."""
    path = Path(at.file)
    return _place(at._replace(file=path.name) if path.is_relative_to(schema_dir()) else at)


def _value(value: JsonValue) -> str:
    """Write a value as JSON without secrets; a file by its name."""
    shown = map_files({"": value}, lambda found: f"{found.file} (sha256 {found.sha256[:_DIGITS]}…)")[""]
    return _cut(without_secrets(orjson.dumps(shown).decode()))


def _written(template: JsonValue) -> str:
    """Write a template as it stands in the file; one of several lines as JSON."""
    is_line = isinstance(template, str) and template.isprintable()
    return _cut(without_secrets(str(template) if is_line else orjson.dumps(template).decode()))


def _cut(text: str) -> str:
    return isolated(visible(shortened(text, _ROOM)))
