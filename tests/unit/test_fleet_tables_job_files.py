"""What a row keeps of the files of a job's input."""

from __future__ import annotations

import orjson

from fakes.building import job_of
from fakes.lock_entry import DIGEST, completed
from sora2batch.fleet.tables.job_files import files_to_json, read_files
from sora2batch.lockfile.entry import Entry, Output
from sora2batch.matrix.input_file import InputFile
from sora2batch.media.facts import MediaFacts
from sora2batch.media.sniff import JPEG, PNG
from sora2batch.run.made_files import MadeFile, MadeFiles

OTHER = DIGEST[::-1]


def back(told):
    return read_files(orjson.loads(orjson.dumps(told)))


def test_a_file_of_the_users_own_comes_back_as_far_as_signing_needs_it():
    job = job_of(
        image={"file": "images/fox.jpg", "sha256": DIGEST}, more=[{"file": "a.png", "sha256": OTHER}]
    )
    files = {
        DIGEST: InputFile("images/fox.jpg", MediaFacts(JPEG, 12, DIGEST)),
        OTHER: InputFile("a.png", MediaFacts(PNG, 34, OTHER)),
    }
    found = back(files_to_json(job, files))
    assert dict(found.files) == files
    assert found.made.get(DIGEST) is None


def test_a_result_comes_back_with_who_has_made_it():
    job = job_of(image={"file": "out/still.png", "sha256": DIGEST})
    output = Output(url="https://h/still.png", path="still.png", sha256=DIGEST, bytes=12)
    made = MadeFiles([Entry.of(job_of("still"), completed("t1", outputs=(output,), api="api.example"))])
    files = {DIGEST: InputFile("out/still.png", MediaFacts(PNG, 12, DIGEST))}
    found = back(files_to_json(job, files, made))
    assert found.made.get(DIGEST) == MadeFile(
        "hero/still", "t1", 0, "https://h/still.png", "still.png", 12, "api.example"
    )
    assert dict(found.files) == files


def test_a_job_without_files_keeps_nothing_and_unknown_types_are_passed_over():
    assert files_to_json(job_of(), {}) == {}
    assert back({DIGEST: {"file": "a.xyz", "mime": "image/xyz", "bytes": 1}}).files == {}
