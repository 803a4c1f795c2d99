from __future__ import annotations

from fakes.staged_batch import GATED, StagedBatch
from sora2batch.app.batch.snapshot import status_of
from sora2batch.app.status.waiting_advice import gate_lines


def advice(batch):
    (line,) = gate_lines(batch, status_of(batch))
    return line


def test_before_there_are_results_nobody_is_asked_to_pick(tmp_path):
    assert advice(StagedBatch(tmp_path, GATED).batch).endswith("somebody has to pick once there are results")


def test_at_a_gate_it_names_the_page_and_the_run_after_it(tmp_path):
    batch = StagedBatch(tmp_path, GATED).make("stills").batch
    page, run = f"`sora2batch report {batch.arguments} --serve --open`", f"`sora2batch run {batch.arguments}`"
    assert advice(batch).endswith(f"somebody has to pick: {page}, mark the best, then {run}")


def test_picks_that_came_after_the_manifest_was_read_are_not_asked_for_again(tmp_path):
    batch = StagedBatch(tmp_path, GATED).make("stills").batch
    (tmp_path / "picks.yaml").write_text("picks: []\n")
    assert advice(batch).endswith(f"picks.yaml, which is there now: `sora2batch run {batch.arguments}`")
