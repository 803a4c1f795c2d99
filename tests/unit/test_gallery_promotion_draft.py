from __future__ import annotations

import json

import pytest

from fakes.building import entry_of, job_of
from fakes.lock_entry import completed
from fakes.promotion_case import picks_of, promotion_of, text_of, without_mode

FOX = job_of("fox", group="hero")


class TestTheText:
    def test_jobs_of_two_tools_name_them_and_share_what_is_equal(self, tmp_path):
        jobs = [job_of("fox"), without_mode("owl", duration=10)]
        picks = picks_of(
            tmp_path,
            json.dumps(
                [
                    {"key": "hero/fox", "rating": 4, "note": "love\u2028the\x00 light " + "very " * 40},
                    {"key": "hero/owl"},
                ]
            ),
        )
        entries = [entry_of(jobs[0], completed("task-7"))]
        found = promotion_of(picks, *jobs, entries=entries)
        assert text_of(picks, found, target="next gen.yml", run={"timeout": 60}, simulated=True) == (
            """\
# Promoted from spring.yaml (simulated) by picks.yaml: 2 of 2 picks (all, for none is marked as a favourite).
# The price: sora2batch plan 'next gen.yml' --simulate
version: 1
name: next-gen

budget:
  max_credits: 2420 # 2 jobs: 1 x 2,000 + 1 x 420

defaults:
  input:
    duration: 10
    aspect_ratio: "16:9"

run:
  timeout: 60

jobs:
  # from hero/fox, rated 4/5, simulated task task-7: love the light very very very very very very very very very very very very very very very very very…
  hero-fox:
    tool: sora2-text-to-video-api
    input:
      prompt: a fox
      mode: std

  # from hero/owl
  hero-owl:
    tool: kling3-text-to-video-api
    input:
      prompt: a owl
      model_mode: standard
      multi_shot: true
"""
        )

    def test_one_job_has_all_its_fields_to_itself(self, tmp_path):
        picks = picks_of(tmp_path, "- key: hero/fox\n")
        text = text_of(
            picks, promotion_of(picks, FOX, settings=["prompt={{ x }}"]), settings=["prompt={{ x }}"]
        )
        assert text == (
            """\
# Promoted from spring.yaml by picks.yaml: 1 of 1 pick (all, for none is marked as a favourite).
# Set for every job: prompt={{ x }}.
# The price: sora2batch plan next.yaml
version: 1
name: next
tool: sora2-text-to-video-api

budget:
  max_credits: 420 # 1 job: 1 x 420

jobs:
  # from hero/fox
  hero-fox:
    input:
      prompt: "{% raw %}{{ x }}{% endraw %}"
      mode: std
      duration: 10
      aspect_ratio: "16:9"
"""
        )

    @pytest.mark.parametrize(
        ("target", "name"),
        [
            ("a.b.yaml", "a.b"),
            ("2026.yaml", '"2026"'),
            ("-x.yaml", "x"),
            ("狐狸.yaml", "狐狸"),
            ("?.yaml", "batch"),
            ("x" * 120 + ".yaml", "x" * 64),
        ],
    )
    def test_the_batch_is_named_after_its_file(self, tmp_path, target, name):
        picks = picks_of(tmp_path, "- key: hero/fox\n")
        assert f"\nname: {name}\n" in text_of(picks, promotion_of(picks, FOX), target=target)
