"""Results written down: as JSON, and as a Markdown table."""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.harness.result import Report, Row

_PARTS = ("sora2batch", "aiohttp", "uvloop", "jinja2", "PyYAML", "orjson", "jsonschema-rs", "click")


def write_json(reports: Mapping[str, Report], path: Path) -> None:
    """Write every value that was counted, and on what machine."""
    told = {
        name: {**asdict(report), "rows": [_row(row) for row in report.rows]}
        for name, report in reports.items()
    }
    results = {"machine": machine(), "reports": told}
    path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def markdown(reports: Mapping[str, Report]) -> str:
    """Write a table of all rows."""
    lines = [
        "| what | goal | median [least to most] | n | met | behind it |",
        "|---|---|---|---|---|---|",
    ]
    for name, report in reports.items():
        lines += map(_line, report.rows)
        if report.skipped:
            lines.append(f"| {name} | | not run: {report.skipped} | | | |")
    told = "; ".join(f"{key} {value}" for key, value in machine().items())
    return "\n".join([*lines, "", told, ""])


def _line(row: Row) -> str:
    cells = (row.what, str(row.goal or ""), row.spread, str(len(row.values)), row.verdict, row.told)
    return f"| {' | '.join(cells)} |"


def machine() -> dict[str, str]:
    """Describe where this is running, without naming it."""
    return {
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "system": f"{platform.system()} {platform.machine()}",
        "processors": str(os.cpu_count()),
        "load": f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "?",
        "Python": sys.version.split()[0],
        **{name: _version(name) for name in _PARTS},
    }


def _row(row: Row) -> dict[str, object]:
    return {**asdict(row), "goal": str(row.goal or ""), "median": row.median, "is_met": row.is_met}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"
