"""Section 14 of the contract once more, small and slow: jobs that are made from the results of jobs.

It knows nothing of templates, marks or grids. It enumerates jobs with loops, hashes them with ``hashlib`` and says
of each what a run would do; what it says is held against the program.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from itertools import product

STILL, CLIP = "nano-banana-image-api", "sora2-image-to-video-api"
PRICES = {STILL: 50, CLIP: 420}


@dataclass(frozen=True)
class Up:
    """``from_jobs``."""

    group: int
    name: str = "up"
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    takes: tuple[int, ...] = ()
    by: tuple[str, ...] | None = None
    picks: tuple[int, ...] | None = None
    """Which of the upstream jobs were picked, by their places; None where there is no ``picks``."""
    is_gate: bool = False
    """Whether the picks file is not there yet."""
    reads: str | None = None
    """An axis of the upstream group that the prompt speaks of."""


@dataclass(frozen=True)
class Group:
    name: str
    tool: str
    word: str
    axes: tuple[tuple[str, tuple[str, ...]], ...]
    repeat: int
    up: Up | None = None


@dataclass
class ModelJob:
    key: str
    group: int
    axes: dict[str, str]
    take: int
    tool: str
    input: dict
    """With (key,) where the result of a job is to stand."""
    needs: list[str]
    gate: str | None
    fingerprint: str | None = None
    action: str = ""
    same_as: str | None = None


def enumerate_jobs(groups: list[Group]) -> list[ModelJob]:
    made: list[list[ModelJob]] = []
    for at, group in enumerate(groups):
        made.append([])
        for labels, values, put in cells(at, group, groups, made):
            stem = "/".join([group.name, *labels])
            for take in range(1, group.repeat + 1):
                is_numbered = take > 1 or (group.repeat > 1 and "#" in stem.rpartition("/")[2])
                made[at].append(
                    ModelJob(
                        key=f"{stem}#{take}" if is_numbered else stem,
                        group=at,
                        axes=values,
                        take=take,
                        tool=group.tool,
                        input=put,
                        needs=list(dict.fromkeys(key for value in put.values() for key in keys_in(value))),
                        gate=f"picks{at}.yaml" if group.up and group.up.is_gate else None,
                    )
                )
    return [job for jobs in made for job in jobs]


def cells(at, group, groups, made):
    names = [name for name, _ in group.axes]
    for value, *own in product(upstream_values(group, groups, made), *(values for _, values in group.axes)):
        label, shared, outputs = value
        axes = dict(zip(names, own, strict=True))
        prompt = " ".join([group.word, *own])
        if group.up and group.up.reads:
            prompt += f" of {shared[group.up.reads]}"
        put: dict = {"prompt": prompt, "aspect_ratio": "16:9"}
        if group.tool == STILL:
            put["image_list"] = [(key,) for key in outputs]
        else:
            put |= {"image": (outputs[0],), "mode": "std", "duration": 10}
        yield ([label] if group.up else []) + own, axes | ({"up": label} if group.up else {}), put


def upstream_values(group, groups, made):
    """(label, values of its axes, keys of the results) of each value of the axis of results."""
    if group.up is None:
        return [("", {}, [])]
    up, jobs = group.up, made[group.up.group]
    name = groups[up.group].name
    kept = [job for job in jobs if all(job.axes[axis] in values for axis, values in up.where)]
    kept = [job for job in kept if not up.takes or job.take in up.takes]
    if up.picks is not None and not up.is_gate:
        picked = {jobs[place].key for place in up.picks if place < len(jobs)}
        kept = [job for job in kept if job.key in picked]
    if up.by is None:
        return [(job.key.removeprefix(f"{name}/"), job.axes, [job.key]) for job in kept]
    sets: dict = {}
    for job in kept:
        sets.setdefault(tuple(job.axes[axis] for axis in up.by), []).append(job)
    return [
        ("/".join(values) or name, dict(zip(up.by, values, strict=True)), [job.key for job in members])
        for values, members in sets.items()
    ]


def keys_in(value):
    if isinstance(value, tuple):
        return [value[0]]
    return [key for item in value for key in keys_in(item)] if isinstance(value, list) else []


def identity(job: ModelJob, contents: dict[str, str]) -> str | None:
    """Hash what would be sent; None while a result is missing."""
    if job.gate or any(key not in contents for key in job.needs):
        return None

    def put(value):
        if isinstance(value, tuple):
            return {"sha256": contents[value[0]]}
        return [put(item) for item in value] if isinstance(value, list) else value

    told = {
        "input": {name: put(value) for name, value in job.input.items()},
        "take": job.take,
        "tool_type": job.tool,
    }
    text = json.dumps(told, sort_keys=True, separators=(",", ":"))
    return f"sha256:{sha256(text.encode()).hexdigest()}"


def judge(jobs: list[ModelJob], known: dict[str, tuple[str, str | None]]) -> None:
    """Say of each job what a run would do, by what is known: (state, content) by fingerprint."""
    contents: dict[str, str] = {}
    owners: dict[str, str] = {}
    stands: dict[str, str] = {}
    for job in jobs:
        job.fingerprint, job.same_as = identity(job, contents), None
        if job.fingerprint is not None:
            owner = owners.setdefault(job.fingerprint, job.key)
            state, content = known.get(job.fingerprint, ("", None))
            if content:
                contents[job.key] = content
            if owner != job.key:
                job.same_as, job.fingerprint, job.action = owner, None, "blocked"
                stands[job.key] = stands[owner]
                continue
            job.action = {"": "submit", "completed": "skip", "submitted": "resume"}.get(state, state)
        elif any(stands[key] in {"failed", "blocked"} for key in job.needs):
            job.action = "blocked"
        else:
            job.action = "wait"
        stands[job.key] = job.action


def manifest_of(groups: list[Group], keys: list[list[str]]) -> tuple[str, dict[str, str]]:
    told, files = {}, {}
    for at, group in enumerate(groups):
        matrix: dict = {}
        up = group.up
        prompt = " ".join([group.word, *(f"{{{{ {name} }}}}" for name, _ in group.axes)])
        put: dict = {"prompt": prompt, "aspect_ratio": "16:9"}
        if up:
            axis: dict = {"from_jobs": groups[up.group].name}
            where = {name: list(values) for name, values in up.where} | (
                {"take": list(up.takes)} if up.takes else {}
            )
            axis |= {"where": where} if where else {}
            axis |= {} if up.by is None else {"by": list(up.by)}
            if up.picks is not None:
                axis["picks"] = f"picks{at}.yaml"
                if not up.is_gate:
                    picks = [
                        {"key": key, "favourite": at in up.picks} for at, key in enumerate(keys[up.group])
                    ]
                    files[f"picks{at}_yaml"] = json.dumps(picks)
            matrix[up.name] = axis
            put["prompt"] += f" of {{{{ {up.name}.{up.reads} }}}}" if up.reads else ""
            output = f"{up.name}.output" if up.by is None else f"{up.name}.outputs"
            if group.tool == CLIP:
                put["image"] = f"{{{{ {output}{'' if up.by is None else '[0]'} }}}}"
            else:
                put["image_list"] = [f"{{{{ {output} }}}}"] if up.by is None else f"{{{{ {output} }}}}"
        matrix |= {name: list(values) for name, values in group.axes}
        told[group.name] = {"tool": group.tool, "repeat": group.repeat, "input": put}
        told[group.name] |= {"matrix": matrix} if matrix else {}
    return json.dumps({"jobs": told})[1:-1], files
