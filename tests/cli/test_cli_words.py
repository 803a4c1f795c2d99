"""A host that answers with words in a file's place, now and in the days of an older version."""

import json
import os
from hashlib import sha256

WORDS = b"File not found or expired."


def outputs_of(call, manifest):
    return [job["outputs"] for job in call("status", manifest, "--json").document["jobs"]]


def test_words_with_status_200_are_no_result_and_the_next_run_fetches_the_clip(call, manifest, api, folder):
    manifest.write_text(manifest.read_text().replace("[fox, owl]", "[fox]"))
    api("--fault", "page=1")
    ran = call("run", manifest, "--yes")
    assert ran.code == 4
    [job] = call("status", manifest, "--json").document["jobs"]
    assert (job["state"], job["outputs"]) == ("completed", [])
    assert job["error"]["message"].endswith(
        "it sent text/plain, no video, picture or sound: File not found or expired."
    )
    assert [path for path in (folder / "out").rglob("*") if path.is_file()] == []
    [planned] = call("plan", manifest, "--json").document["jobs"]
    assert planned["action"] == "download"
    assert WORDS.decode() in planned["reason"]
    assert call("download", manifest).code == 4


def test_words_that_an_older_version_kept_are_told_by_verify_and_fetched_again(call, manifest, api, folder):
    api()
    call("run", manifest, "--yes")
    lock, clip = folder / "small.lock.jsonl", folder / "out/small/hero/fox.mp4"
    header, fox, owl = lock.read_text().splitlines()
    line, moment = json.loads(fox), clip.stat().st_mtime
    line["outputs"][0] |= {"sha256": sha256(WORDS).hexdigest(), "bytes": len(WORDS)}
    lock.write_text("\n".join([header, json.dumps(line, separators=(",", ":")), owl, ""]))
    clip.write_bytes(WORDS)
    os.utime(clip, (moment, moment))
    before = outputs_of(call, manifest)

    verified = call("verify", manifest)
    assert verified.code == 1
    assert verified.out == (
        "hero/fox: hero/fox.mp4 is no video, picture or sound: File not found or expired.\n"
    )
    assert call("download", manifest).code == 0
    assert call("verify", manifest).code == 0
    assert outputs_of(call, manifest) != before
    assert clip.read_bytes()[4:8] == b"ftyp"
    assert (clip.parent / "fox.changed-1.mp4").read_bytes() == WORDS
