"""Prompts that are longer than what their tool is known to read."""

from __future__ import annotations

from collections.abc import Iterator

from sora2batch.catalog.allowed import READ_LENGTH
from sora2batch.ground.problem import Fault
from sora2batch.ground.rule import Rule
from sora2batch.lint.subject import Finding, LintSubject


def long_prompts(subject: LintSubject) -> Iterator[Finding]:
    """Compare each text with the length that its tool's file names, if it names one."""
    for tool, jobs in subject.by_tool():
        limits = {
            name: schema[READ_LENGTH] for name, schema in tool.properties.items() if READ_LENGTH in schema
        }
        for field, limit in limits.items():
            assert isinstance(limit, int)
            for job in jobs:
                text = job.input.get(field)
                if isinstance(text, str) and len(text) > limit:
                    message = f"{field} is longer than the {limit:,} characters that the model reads"
                    fault = Fault(
                        rule=Rule.LONG_PROMPT, message=message, hint="shorten it: the end may be ignored"
                    )
                    yield Finding(problem=subject.place.at_field(fault, job, field, text), key=job.key)
