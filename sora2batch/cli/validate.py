"""Every problem of several manifests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sora2batch.cli.batch import Loading, loading
from sora2batch.cli.chatter import Chatter
from sora2batch.cli.document import print_json, problems_to_json
from sora2batch.cli.folder import manifest_paths
from sora2batch.cli.result import echo
from sora2batch.errors import ExitCode, UsageError
from sora2batch.manifest.problems import ManifestError
from sora2batch.problem import START, Problem


def validate(
    manifests: Sequence[Path], tools_dirs: Sequence[Path], chatter: Chatter, *, as_json: bool
) -> ExitCode:
    """Print what is wrong with any of the manifests.

    Raises:
        UsageError: a folder holds no manifest.
        CatalogError: a tool file is no good.
    """
    load = loading(tools_dirs)
    problems = [problem for path in manifest_paths(manifests) for problem in _problems(load, path, chatter)]
    if as_json:
        print_json({"valid": not problems, "problems": problems_to_json(problems)})
    else:
        for problem in problems:
            echo(str(problem))
    return ExitCode.USAGE if problems else ExitCode.DONE


def _problems(load: Loading, path: Path, chatter: Chatter) -> tuple[Problem, ...]:
    try:
        batch = load.load(path)
    except ManifestError as error:
        return error.problems
    except UsageError as error:
        # A file that is not there hides the problems of no other.
        return (Problem(file=path.as_posix(), position=START, message=error.message, hint=error.hint),)
    jobs = batch.expansion.jobs
    price = sum(job.credits for job in jobs)
    chatter.say(f"{path}: valid; {len(jobs):,} jobs, {price:,} credits if all are submitted")
    for notice in batch.expansion.notices:
        chatter.say(f"notice: {notice}")
    return ()
