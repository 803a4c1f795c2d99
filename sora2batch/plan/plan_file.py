"""A plan in a file: what a person approved, and the proof that it still fits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import NotRequired, TypedDict, cast

import orjson

from sora2batch.catalog.catalog import Catalog
from sora2batch.ground.canonical import JsonObject, JsonValue, canonical_json
from sora2batch.ground.errors import Sora2BatchError, UsageError
from sora2batch.ground.job import Credits, Fingerprint
from sora2batch.ground.pending_job import AskedJob, PendingJob
from sora2batch.ground.plainfile import read_inside
from sora2batch.ground.schema import load_schema
from sora2batch.ground.validation import Validator
from sora2batch.lockfile.codec import encode_lockfile
from sora2batch.lockfile.content import Lockfile
from sora2batch.plan.action import Action, Plan
from sora2batch.plan.baseline import Baseline
from sora2batch.plan.render_json import PLAN_VERSION, plan_to_json
from sora2batch.plan.selection import Selection

_ANEW = "make a new one with `sora2batch plan MANIFEST --out FILE`"


class StalePlanError(Sora2BatchError):
    """Something that a saved plan was made from has changed since; nothing was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Digests of everything that a plan was made from; equal proofs mean that the same would be submitted.

    The files in the output folder are not part of it: whether one is there differs from machine to machine,
    and a download costs nothing.
    """

    manifest: str
    data: tuple[tuple[str, str], ...]
    """(data file, sha256), sorted."""
    prices: str
    """Of every job: what is sent, its price, and by which names it is selected and stored."""
    tools: str
    """Of every tool in use: whether it answers, its price rule, its notice."""
    lockfile: str

    def differences(self, other: Proof) -> tuple[str, ...]:
        """Name what changed between two proofs, for a person."""
        changed = [
            ("the manifest", self.manifest != other.manifest),
            ("prices or requests", self.prices != other.prices),
            ("the tools", self.tools != other.tools),
            ("the lockfile", self.lockfile != other.lockfile),
        ]
        files = sorted({name for name, _ in set(self.data) ^ set(other.data)})
        return tuple(name for name, is_changed in changed if is_changed) + tuple(files)


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPlan:
    """The part of a plan file that ``run --plan`` needs; the plan itself is made anew and compared."""

    manifest_path: str
    """Relative to the plan file's folder, with forward slashes."""
    tools_dirs: tuple[str, ...] = ()
    """Where tools were looked for beside the shipped ones; spelled as the manifest's path is."""
    selection: Selection
    max_credits: Credits | None
    """The flag, if it was given."""
    simulated: bool
    proof: Proof
    baseline: Baseline
    """What the lockfile said of the plan's jobs, and of all others."""

    @property
    def manifest_name(self) -> str:
        """The manifest's bare file name."""
        return self.manifest_path.rpartition("/")[2]

    @property
    def whole_selection(self) -> Selection:
        """What was selected, without the limit: the plan lists its jobs by itself."""
        return replace(self.selection, limit=None)

    def check(self, now: Proof, lockfile: Lockfile) -> None:
        """Refuse to go on if anything changed since the plan was saved, but for what it did itself.

        Raises:
            StalePlanError: names what changed.
        """
        if self.baseline.is_behind(lockfile):
            now = replace(now, lockfile=self.proof.lockfile)
        changed = self.proof.differences(now)
        if changed:
            raise StalePlanError(
                f"stale plan: {' and '.join(changed)} changed since it was saved",
                hint="make a new one with `sora2batch plan MANIFEST --out FILE` and have it approved",
            )


def make_proof(
    manifest_digest: str,
    data: Sequence[tuple[str, str]],
    jobs: Sequence[AskedJob],
    lockfile: Lockfile,
    catalog: Catalog | None = None,
) -> Proof:
    """Take the digests of what a plan is made from; without a catalogue, of all but the tools."""
    return Proof(
        manifest=manifest_digest,
        data=tuple(sorted(data)),
        prices=sha256(b"".join(_told(job) for job in jobs)).hexdigest(),
        tools=sha256(canonical_json(list(_tools_of(jobs, catalog) if catalog else ()))).hexdigest(),
        lockfile=sha256(encode_lockfile(lockfile)).hexdigest(),
    )


def _told(job: AskedJob) -> bytes:
    if isinstance(job, PendingJob):  # its fingerprint comes with what it needs
        return repr(
            (job.tool_type, job.take, job.input, job.credits, job.key, job.labels, job.filename)
        ).encode()
    return repr((job.fingerprint, job.credits, job.key, job.labels, job.filename)).encode()


def _tools_of(jobs: Sequence[AskedJob], catalog: Catalog) -> Iterator[JsonValue]:
    for tool_type in sorted({job.tool_type for job in jobs}):
        tool = catalog.get(tool_type)
        yield [tool_type, tool.availability.value, tool.price_text, tool.notice]


def encode_saved_plan(plan: Plan, saved: SavedPlan) -> bytes:
    """Write a plan file: the document of ``plan --json`` and, under ``basis``, what it rests on."""
    document = plan_to_json(plan) | {"basis": _basis_of(saved)}
    document["basis"] = _basis_of(saved) | {"plan": plan_digest(document)}
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def plan_digest(document: JsonObject) -> str:
    """Take the digest of a plan file's content, so that an edited one is found out."""
    basis = cast("JsonObject", document["basis"])
    body = document | {"basis": {name: value for name, value in basis.items() if name != "plan"}}
    return sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()


class _Basis(TypedDict):
    manifest_path: str
    tools_dirs: list[str]
    select: list[str]
    where: list[list[str]]
    limit: int | None
    retry_failed: bool
    force: NotRequired[bool]
    until: NotRequired[list[str]]
    only: NotRequired[bool]
    max_credits: int | None
    simulated: bool
    manifest: str
    data: dict[str, str]
    prices: str
    tools: str
    lockfile: str
    onset: _Baseline


class _Baseline(TypedDict):
    calls: dict[str, list[str]]
    others: str


def _basis_of(saved: SavedPlan) -> JsonObject:
    selection, proof = saved.selection, saved.proof
    basis: _Basis = {
        "manifest_path": saved.manifest_path,
        "tools_dirs": list(saved.tools_dirs),
        "select": list(selection.select),
        "where": [list(pair) for pair in selection.where],
        "limit": selection.limit,
        "retry_failed": selection.retry_failed,
        "max_credits": saved.max_credits,
        "simulated": saved.simulated,
        "manifest": proof.manifest,
        "data": dict(proof.data),
        "prices": proof.prices,
        "tools": proof.tools,
        "lockfile": proof.lockfile,
        "onset": {
            "calls": {job: list(calls) for job, calls in saved.baseline.calls.items()},
            "others": saved.baseline.others,
        },
    }
    if selection.force:
        basis["force"] = True
    if selection.until:
        basis["until"] = list(selection.until)
    if selection.only:
        basis["only"] = True
    return cast("JsonObject", basis)


def read_saved_plan(path: Path) -> SavedPlan:
    """Read a plan file.

    Raises:
        UsageError: there is no such file, or it is no plan.
        StalePlanError: the plan was edited after it was saved.
    """
    try:
        document = orjson.loads(read_inside(path))
        basis = _checked_basis(document, path)
        listed = (
            job for job in document["jobs"] if job["fingerprint"]
        )  # the others wait, and are not its own
        actions = {Fingerprint(job["fingerprint"]): Action(job["action"]) for job in listed}
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    except (orjson.JSONDecodeError, orjson.JSONEncodeError) as error:
        raise _no_plan(path) from error
    return _saved_from(basis, actions)


def _checked_basis(document: JsonObject, path: Path) -> _Basis:
    match document:
        case {"version": int(version)} if version > PLAN_VERSION:
            raise UsageError(f"{path} was written by a newer sora2batch (version {version}); please upgrade")
        case {"basis": {"plan": str(digest)} as basis}:
            if plan_digest(document) != digest:
                raise StalePlanError(f"stale plan: {path} was edited after it was saved", hint=_ANEW)
            if "onset" not in cast("JsonObject", basis):
                raise StalePlanError(f"stale plan: {path} was saved by an older sora2batch", hint=_ANEW)
            if _follows_schema(document):
                return cast("_Basis", basis)
    raise _no_plan(path)


def _no_plan(path: Path) -> UsageError:
    return UsageError(f"{path} is no saved plan", hint="make one with `sora2batch plan MANIFEST --out FILE`")


def _follows_schema(document: JsonObject) -> bool:
    return Validator(load_schema("plan.schema.json")).fits(document)


def _saved_from(basis: _Basis, actions: Mapping[Fingerprint, Action]) -> SavedPlan:
    max_credits = basis["max_credits"]
    return SavedPlan(
        manifest_path=basis["manifest_path"],
        tools_dirs=tuple(basis["tools_dirs"]),
        selection=Selection(
            select=tuple(basis["select"]),
            where=tuple((axis, value) for axis, value in basis["where"]),
            limit=basis["limit"],
            retry_failed=basis["retry_failed"],
            force=basis.get("force", False),
            until=tuple(basis.get("until", ())),
            only=basis.get("only", False),
        ),
        max_credits=None if max_credits is None else Credits(max_credits),
        simulated=basis["simulated"],
        proof=Proof(
            manifest=basis["manifest"],
            data=tuple(sorted(basis["data"].items())),
            prices=basis["prices"],
            tools=basis["tools"],
            lockfile=basis["lockfile"],
        ),
        baseline=Baseline(
            actions=actions,
            calls={Fingerprint(job): tuple(calls) for job, calls in basis["onset"]["calls"].items()},
            others=basis["onset"]["others"],
        ),
    )
