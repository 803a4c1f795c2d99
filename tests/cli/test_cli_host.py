from __future__ import annotations


def test_a_task_is_asked_about_only_where_it_was_made(manifest, api, call, monkeypatch):
    url = api().url
    assert call("run", manifest, "--yes", "--no-wait", "--limit", "1").code == 0
    lock = manifest.with_name("small.lock.jsonl")
    assert '"api":"127.0.0.1"' in lock.read_text()
    before = lock.read_bytes()
    monkeypatch.setenv("SORA2BATCH_API_URL", url.replace("127.0.0.1", "localhost"))
    ran = call("run", manifest, "--yes")
    assert ran.code == 2
    assert "a task was made at 127.0.0.1, which alone knows them, and the API is localhost now" in ran.err
    assert lock.read_bytes() == before
    assert call("run", manifest, "--yes", "--no-download", "--select", "hero/owl").code == 0
    monkeypatch.setenv("SORA2BATCH_API_URL", url)
    assert call("run", manifest, "--yes", "--no-download", "--select", "hero/fox").code == 0


def test_the_account_is_known_by_a_hash_and_never_by_its_name(manifest, api, call):
    api()
    assert call("run", manifest, "--yes", "--no-wait", "--limit", "1").code == 0
    text = manifest.with_name("small.lock.jsonl").read_text()
    assert '"account":"' in text
    assert "simulated" not in text
