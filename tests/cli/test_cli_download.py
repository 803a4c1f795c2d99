"""What ``download`` says: it submits nothing, so it speaks of no money."""

from __future__ import annotations


def test_it_tells_of_files_alone_and_of_no_job_that_it_does_not_submit(folder, manifest, api, call):
    api()
    call("run", manifest, "--yes", "--limit", "1")
    (folder / "out/small/hero/fox.mp4").unlink()
    ran = call("download", manifest)
    assert (ran.code, ran.out) == (0, "")
    first, *_, last = ran.err.splitlines()
    assert first == "small.yaml: 1 to download"
    assert last.startswith("1/1 downloaded; 420 of 5,000 credits")
    assert "to spend" not in ran.err

    again = call("download", manifest)
    assert again.code == 0
    assert again.err == "small.yaml: nothing to download: 1 to submit, 1 finished\n"
