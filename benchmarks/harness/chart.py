"""Curves of time and memory, drawn with matplotlib if it is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.harness.result import Point

_MEBIBYTE = 1024**2


def draw(points: Sequence[Point], path: Path) -> bool:
    """Draw both curves beside each other; tell whether that could be done."""
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415  # an extra
    except ImportError:
        return False
    figure = Figure(figsize=(11, 4.5), layout="constrained")
    left, right = figure.subplots(1, 2)
    _curves(left, points, lambda point: point.seconds)
    _curves(right, points, lambda point: point.peak_bytes / _MEBIBYTE)
    left.set(xlabel="jobs", ylabel="seconds, whole process", title="Time of a plan")
    right.set(xlabel="jobs", ylabel="MiB at the peak", title="Memory of a plan")
    figure.savefig(path, metadata={"Date": None})
    return True


def _curves(axes: Any, points: Sequence[Point], value: Callable[[Point], float]) -> None:
    for curve in dict.fromkeys(point.curve for point in points):
        mine = [point for point in points if point.curve == curve]
        axes.plot([point.jobs for point in mine], [value(point) for point in mine], marker="o", label=curve)
    axes.set(xscale="log", yscale="log")
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.legend()
