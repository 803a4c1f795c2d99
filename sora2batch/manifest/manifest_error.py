"""The error that carries everything that is wrong with a manifest."""

from __future__ import annotations

from collections.abc import Iterable

from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.problem import Problem, format_path


class ManifestError(Sora2BatchError):
    """A manifest, or a data file of it, that cannot be used; holds every problem at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(dict.fromkeys(problems), key=_place))
        """At least one; sorted by file, then position, then path, then the places of its values."""
        super().__init__(_summary(self.problems))

    def __str__(self) -> str:
        return "\n".join([self.message, *map(str, self.problems)])


def _place(problem: Problem) -> tuple[object, ...]:
    """Order by where a problem is, then by where the values were written that it is about."""
    sources = [(source.file, source.position) for source in problem.sources]
    return problem.file, problem.position, format_path(problem.path), sources, problem.message


def _summary(problems: tuple[Problem, ...]) -> str:
    files = list(dict.fromkeys(problem.file for problem in problems))
    has = "has" if len(files) == 1 else "have"
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return f"{' and '.join(files)} {has} {count}"
