"""Sums of credits with the money beside them, where it is configured what a credit costs."""

from __future__ import annotations

import os
import re
import sys

import pytest
from jsonschema_rs import validator_for

from fakes.terminal import Terminal
from sora2batch.ground.schema import load_schema


@pytest.fixture(autouse=True)
def _price(monkeypatch):
    monkeypatch.setenv("SORA2BATCH_CREDIT_PRICE", "0.0006 USD")


def test_a_plan_has_the_money_beside_its_sums(call, manifest):
    ran = call("plan", manifest)
    assert ran.out.splitlines()[-2:] == [
        "time: about 2 to 8 min (2 jobs, 8 at once)",
        "credits: 840 to spend (0.50 USD), 0 spent, of 5,000 (3.00 USD): 4,160 left (2.50 USD)",
    ]


def test_a_plan_for_a_pull_request_has_it_in_its_table(call, manifest):
    lines = call("plan", manifest, "--format", "markdown").out.splitlines()
    assert "**840 credits to spend** (0.50 USD): 2 to submit." in lines
    assert "| 3.00 USD | 0.00 USD | 0.00 USD | 0.50 USD | 2.50 USD | |" in lines


def test_programs_get_the_price_and_no_sums(call, manifest):
    document = call("plan", manifest, "--json").document
    assert document["credit_price"] == {"amount": "0.0006", "currency": "USD"}
    assert validator_for(load_schema("plan.schema.json")).is_valid(document)


def test_a_saved_plan_is_the_same_at_any_price(call, manifest, folder, api, monkeypatch):
    api()
    call("plan", manifest, "--out", "plan.json")
    assert "USD" not in (folder / "plan.json").read_text()
    monkeypatch.setenv("SORA2BATCH_CREDIT_PRICE", "0.0007 USD")
    assert call("run", "--plan", "plan.json", "--yes", "--no-download").code == 0


def test_a_price_that_is_none_ends_the_call_before_anything_is_sent(call, manifest, monkeypatch):
    monkeypatch.setenv("SORA2BATCH_CREDIT_PRICE", "free")
    ran = call("plan", manifest)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith('error: SORA2BATCH_CREDIT_PRICE: credit_price is "free", which is no price')


def test_a_run_tells_it_and_so_does_what_comes_after(call, manifest):
    ran = call("run", manifest, "--simulate")
    assert "840 of 5,000 credits (0.50 USD of 3.00 USD); after " in ran.err
    assert "credits: 840 spent of 5,000 (0.50 USD of 3.00 USD)\n" in ran.out
    assert (
        "credits: 840 spent of 5,000 (0.50 USD of 3.00 USD)\n" in call("status", manifest, "--simulate").out
    )
    document = call("status", manifest, "--simulate", "--json").document
    assert document["credit_price"] == {"amount": "0.0006", "currency": "USD"}


def test_the_question_names_it(folder, manifest, api):
    api()
    environ = dict(os.environ) | {"TERM": "xterm-256color", "COLUMNS": "120"}
    screen = Terminal([sys.executable, "-m", "sora2batch", "run", str(manifest)], cwd=folder, env=environ)
    screen.expect("Submit 2 jobs for 840 credits (0.50 USD)? [y/N]: ")
    screen.type("n\n")
    assert screen.end() == 130


def test_tools_are_listed_with_it(call):
    ran = call("tools", "sora2-text-to-video-api")
    assert re.search(r"^price: .+ = [0-9.]+ USD to [0-9.]+ USD$", ran.out, re.MULTILINE)
