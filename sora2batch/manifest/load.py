"""A manifest's file -> Manifest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import normalize

from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.errors import UsageError
from sora2batch.ground.job import Credits
from sora2batch.ground.plainfile import is_stream, read_plain_file, reason
from sora2batch.ground.problem import Problem
from sora2batch.ground.suggest import nearest
from sora2batch.manifest.document import Document, parse_document
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.manifest.model import (
    AnyAxis,
    Axis,
    FileAxis,
    Group,
    JobAxis,
    Manifest,
    Matrix,
    OutputOptions,
    Pairwise,
    RandomDraw,
    RunOptions,
    Sample,
    StoreOptions,
)
from sora2batch.manifest.schema_check import is_sound
from sora2batch.manifest.suppression import NO_LINT_OPTIONS, LintOptions
from sora2batch.manifest.tree import Tree

if TYPE_CHECKING:
    from sora2batch.manifest.prune import Remains


class FaultyManifestError(ManifestError):
    """A manifest with parts that are no good, and with others that can still be looked at."""

    def __init__(self, problems: Iterable[Problem], *, sound: Manifest | None) -> None:
        super().__init__(problems)
        self.sound = sound
        """What is left without the faulty parts, to look for further problems in; never to be run."""


def load_manifest(path: Path, *, tree: Tree | None = None) -> Manifest:
    """Read and check a manifest.

    Args:
        path: as the user gave it; problems name it so.
        tree: read ``path.name`` through this instead of the disk.

    Raises:
        FaultyManifestError: with every problem, and with what is sound, which may have problems of its own.
        UsageError: there is no such file, or it cannot be read.
        TreeError: the same, where a tree is given.
    """
    raw = _read(path) if tree is None else tree.read(path.name)
    file = path.as_posix()
    document = parse_document(raw, file=file)
    digest = sha256(raw).hexdigest()
    if not is_sound(document):
        from sora2batch.manifest.diagnosis import diagnose  # noqa: PLC0415  # most manifests are sound

        faults, remains = diagnose(document)
        sound = None if remains is None else _sound(_manifest(path, document, remains.data, digest), remains)
        raise FaultyManifestError(map(document.problem, faults), sound=sound)
    assert isinstance(document.data, dict)
    return _manifest(path, document, document.data, digest)


def _sound(manifest: Manifest, remains: Remains) -> Manifest:
    """Mark the groups from which something was taken."""
    groups = (
        replace(
            group,
            tool_type="" if group.name in remains.without_tool else group.tool_type,
            is_whole=group.name not in remains.partial,
        )
        for group in manifest.groups
    )
    return replace(manifest, groups=tuple(groups))


def _read(path: Path) -> bytes:
    if is_stream(path):
        hint = "its lockfile and its clips are kept beside it"
        raise UsageError(f"{path.as_posix()}: a manifest must be a file in a folder", hint=hint)
    try:
        return read_plain_file(path)
    except FileNotFoundError as error:
        meant = _neighbour_of(path)
        hint = f"did you mean {meant.as_posix()}?" if meant else "`sora2batch init` makes one to start from"
        raise UsageError(f"there is no manifest {path.as_posix()}", hint=hint) from error
    except (OSError, ValueError) as error:
        raise UsageError(f"the manifest {path.as_posix()} cannot be read: {reason(error)}") from error


def _neighbour_of(path: Path) -> Path | None:
    """Find the YAML file whose name is most like one that is not there; its ending does not count."""
    try:
        found = {one.stem: one for one in sorted(path.parent.iterdir()) if one.suffix in {".yaml", ".yml"}}
    except OSError:
        return None
    stem = path.stem if path.stem in found else nearest(path.stem, found)
    return found.get(str(stem))


def _manifest(path: Path, document: Document, data: JsonObject, digest: str) -> Manifest:
    name = str(data.get("name", normalize("NFC", path.stem)))
    tool = data.get("tool", "")
    return Manifest(
        path=path,
        document=document,
        name=name,
        max_credits=Credits(_int(_object(data, "budget")["max_credits"])),
        vars=_object(data, "vars"),
        default_input=_object(_object(data, "defaults"), "input"),
        groups=tuple(_group(key, _object(_object(data, "jobs"), key), tool) for key in _object(data, "jobs")),
        run=_run_options(_object(data, "run")),
        output=_output_options(_object(data, "output"), name),
        store=_store_options(_object(data, "store")),
        lint=_lint_options(_object(data, "lint")),
        digest=digest,
    )


def _group(name: str, data: JsonObject, default_tool: JsonValue) -> Group:
    return Group(
        name=name,
        tool_type=str(data.get("tool", default_tool)),
        matrix=_matrix(_object(data, "matrix")) if "matrix" in data else None,
        sample=_sample(_object(data, "sample")) if "sample" in data else None,
        repeat=_int(data.get("repeat", 1)),
        input=_object(data, "input"),
    )


def _matrix(data: JsonObject) -> Matrix:
    return Matrix(
        axes=tuple(_axis(name, data[name]) for name in data if name not in ("include", "exclude")),
        include=_objects(data.get("include")),
        exclude=_objects(data.get("exclude")),
    )


def _axis(name: str, value: JsonValue) -> AnyAxis:
    match value:
        case dict() if "from_jobs" in value:
            return _job_axis(name, value)
        case {"from": str(source)}:
            return FileAxis(name=name, source=source)
        case list():
            return Axis(name=name, values=tuple(value))
        case _:
            raise AssertionError("the schema lets nothing else through")


def _job_axis(name: str, data: JsonObject) -> JobAxis:
    picks, rating, by = data.get("picks"), data.get("min_rating"), data.get("by")
    where = _object(data, "where").items()
    return JobAxis(
        name=name,
        group=str(data["from_jobs"]),
        where=tuple((axis, tuple(one) if isinstance(one, list) else (one,)) for axis, one in where),
        picks=None if picks is None else str(picks),
        min_rating=None if rating is None else _int(rating),
        by=tuple(map(str, by)) if isinstance(by, list) else None,
    )


def _sample(data: JsonObject) -> Sample:
    if data["method"] == "pairwise":
        return Pairwise()
    return RandomDraw(count=_int(data["count"]), seed=_int(data.get("seed", 0)))


def _run_options(data: JsonObject) -> RunOptions:
    standard = RunOptions()
    rate = data.get("submit_rate")
    return RunOptions(
        concurrency=_int(data.get("concurrency", standard.concurrency)),
        submit_concurrency=_int(data.get("submit_concurrency", standard.submit_concurrency)),
        submit_rate=standard.submit_rate if rate is None else _float(rate),
        poll_interval=_float(data.get("poll_interval", standard.poll_interval)),
        timeout=_float(data.get("timeout", standard.timeout)),
        retries=_int(data.get("retries", standard.retries)),
        stop_after=_int(data.get("stop_after", standard.stop_after)),
    )


def _output_options(data: JsonObject, name: str) -> OutputOptions:
    filename = data.get("filename")
    return OutputOptions(
        dir=str(data.get("dir", f"out/{name}")),
        filename=None if filename is None else str(filename),
        check=data.get("check") is not False,
    )


def _store_options(data: JsonObject) -> StoreOptions:
    url, public_url = data.get("url"), data.get("public_url")
    return StoreOptions(
        url=None if url is None else str(url),
        public_url=None if public_url is None else str(public_url),
        outputs=data.get("outputs") is True,
    )


def _lint_options(data: JsonObject) -> LintOptions:
    return LintOptions(
        ignore=_words(data.get("ignore")),
        warn=_words(data.get("warn")),
        images_above=_int(data.get("images_above", NO_LINT_OPTIONS.images_above)),
    )


def _words(value: JsonValue) -> frozenset[str]:
    return frozenset(map(str, value)) if isinstance(value, list) else frozenset()


def _object(data: JsonObject, key: str) -> JsonObject:
    value = data.get(key, {})
    assert isinstance(value, dict)
    return value


def _objects(value: JsonValue) -> tuple[JsonObject, ...]:
    return tuple(entry for entry in value if isinstance(entry, dict)) if isinstance(value, list) else ()


def _int(value: JsonValue) -> int:
    assert isinstance(value, (int, float))
    return int(value)  # the schema takes 10.0 for a whole number


def _float(value: JsonValue) -> float:
    assert isinstance(value, (int, float))
    return float(value)
