"""Manifests that name their jobs one by one: in a data file, or in YAML."""

from __future__ import annotations

from benchmarks.harness.pair import pairs
from benchmarks.harness.process import program, reference
from benchmarks.harness.result import Report, Row, at_most
from benchmarks.harness.workshop import Workshop
from benchmarks.shape import csv_text, file_manifest, json_text, jsonl_text, list_manifest, yaml_text

_TEXTS = {"csv": csv_text, "jsonl": jsonl_text, "json": json_text, "yaml": yaml_text}


def data_files(shop: Workshop) -> Report:
    """Plan a job for each row of a data file, in each format."""
    return Report(rows=tuple(_data_file(shop, kind) for kind in _TEXTS))


def yaml_list(shop: Workshop) -> Report:
    """Plan a job for each item of a list in the manifest itself."""
    shop.file("batch.yaml", list_manifest(shop.rows))
    return Report(rows=(_row(shop, f"plan, YAML list of {shop.rows:,} in the manifest"),))


def _data_file(shop: Workshop, kind: str) -> Row:
    shop.file(f"shots.{kind}", _TEXTS[kind](shop.rows))
    shop.file("batch.yaml", file_manifest(f"shots.{kind}"))
    return _row(shop, f"plan, {kind} file of {shop.rows:,} rows")


def _row(shop: Workshop, what: str) -> Row:
    both = pairs(
        program("plan", "batch.yaml", cwd=shop.folder),
        reference("bare_list", "batch.yaml", cwd=shop.folder),
        shop.pairs,
    )
    return Row(what=f"{what}, to bare parser + Jinja", values=both.ratios, goal=at_most(1.5), told=both.told)
