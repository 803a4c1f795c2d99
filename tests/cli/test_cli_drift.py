from __future__ import annotations

import json


def test_a_price_found_too_low_is_not_paid_again_by_the_next_run(folder, manifest, api, call):
    api()
    assert call("run", manifest, "--yes", "--no-download", "--limit", 1).code == 0
    lock = folder / "small.lock.jsonl"
    lock.write_text(lock.read_text().replace('"credits":420', '"credits":500'))
    ran = call("run", manifest, "--yes", "--no-download")
    assert ran.code == 3
    assert "hero/fox cost 500 credits, but the catalogue says 420" in ran.err
    assert len(lock.read_text().splitlines()) == 2, "nothing more was submitted"

    tools = folder / "tools"
    tools.mkdir()
    name = "sora2-image-to-video-api"
    tool = call("tools", name, "--json").document
    (tools / f"{name}.json").write_text(
        json.dumps(
            {
                "title": tool["title"],
                "kind": "video",
                "availability": "active",
                "expected_seconds": {"min": 1, "max": 2},
                "price": {"rule": "fixed", "credits": 500},
                "input": tool["input"],
            }
        )
    )
    assert call("run", manifest, "--yes", "--no-download", "--tools-dir", tools).code != 2
