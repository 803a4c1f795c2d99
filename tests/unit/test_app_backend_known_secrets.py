from __future__ import annotations

from sora2batch.app.backend.known_secrets import known_secrets, redact

QUEUE = "postgresql://ada:s3cr3t%2Fword@db/work"


def test_all_that_is_known_is_taken_out_of_a_text():
    known = known_secrets(
        {"SJINN_API_KEY": "sk-never-to-be-seen", "SORA2BATCH_QUEUE": QUEUE, "PGPASSWORD": "an0ther"}
    )
    told = "sk-never-to-be-seen, s3cr3t/word, s3cr3t%2Fword, an0ther"
    assert known.redact(told) == "***, ***, ***, ***"


def test_where_nothing_is_known_a_text_stays():
    assert known_secrets({}).redact("sk-never, s3cr3t/word") == "sk-never, s3cr3t/word"


def test_what_cannot_be_read_hides_nothing_else():
    known = known_secrets(
        {"SJINN_API_KEY": "no\nkey", "SORA2BATCH_QUEUE": "mysql://x", "PGPASSWORD": "an0ther"}
    )
    assert known.redact("an0ther") == "***"


def test_a_users_own_file_counts(tmp_path):
    (tmp_path / "sora2batch").mkdir()
    (tmp_path / "sora2batch/config.toml").write_text(f'queue = "{QUEUE}"\n')
    assert known_secrets({"XDG_CONFIG_HOME": str(tmp_path)}).redact("s3cr3t/word") == "***"


def test_the_environment_of_this_process_counts(monkeypatch):
    monkeypatch.setenv("SORA2BATCH_QUEUE", QUEUE)
    assert redact("s3cr3t/word") == "***"
