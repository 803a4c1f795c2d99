"""Groups that are made from the results of others and send none of them."""

from __future__ import annotations

from collections.abc import Iterator

from sora2batch.ground.problem import Fault
from sora2batch.ground.rule import Rule
from sora2batch.lint.subject import Finding, LintSubject


def unused_results(subject: LintSubject) -> Iterator[Finding]:
    """Find each such group: what is not sent is not waited for."""
    for group in subject.manifest.groups:
        jobs = subject.groups.get(group.name, ())
        if not group.job_axes or not jobs or any(job.needs for job in jobs):
            continue
        axis = group.job_axes[0]
        output = "output" if axis.by is None else "outputs"
        fault = Fault(
            path=("jobs", group.name, "matrix", axis.name, "from_jobs"),
            rule=Rule.UNUSED_RESULTS,
            message=f"{group.name} is made from the results of {axis.group}, and sends none of them",
            hint=f"{{{{ {axis.name}.{output} }}}} is the file",
        )
        yield Finding(problem=subject.place.at_path(fault))
