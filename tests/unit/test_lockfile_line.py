from __future__ import annotations

import json

import pytest

from fakes.lock_entry import DIGEST, completed, entry_of, failed, in_doubt, rejected, submitted, withdrawn
from sora2batch.ground.job import Credits, Fingerprint, fingerprint_of
from sora2batch.lockfile.entry import Attempt, Entry, ErrorNote, Output, State
from sora2batch.lockfile.line import (
    LineError,
    check_header,
    decode_job,
    encode_journal_line,
    encode_lockfile_line,
)

REQUEST = {"prompt": "a fox — “gently”\u2028", "mode": "std", "image": "https://cdn.example.com/fox.jpg"}
WHOLE = Entry(
    key="hero/fox/slow-pan/std",
    fingerprint=fingerprint_of("sora2-image-to-video-api", REQUEST, 2),
    tool_type="sora2-image-to-video-api",
    take=2,
    input=REQUEST,
    attempts=(
        Attempt(
            state=State.COMPLETED,
            credits=Credits(420),
            number=3,
            task_id="550e",
            submitted_at="2026-11-22T09:00:00Z",
            finished_at="2026-11-22T09:03:10Z",
            outputs=(Output(url="https://h.example/a.mp4", path="a.mp4", sha256=DIGEST, bytes=123),),
            error=ErrorNote(code=7, message="late"),
        ),
        Attempt(state=State.FAILED, credits=Credits(420), task_id="4f00", error=ErrorNote(message="nsfw")),
    ),
)


def test_a_line_has_its_fields_in_the_order_of_the_contract():
    fingerprint = WHOLE.fingerprint
    assert encode_lockfile_line(WHOLE).decode() == (
        '{"key":"hero/fox/slow-pan/std","state":"completed","credits":420,"task_id":"550e",'
        '"tool_type":"sora2-image-to-video-api","take":2,'
        '"input":{"image":"https://cdn.example.com/fox.jpg","mode":"std","prompt":"a fox — “gently”\u2028"},'
        '"submitted_at":"2026-11-22T09:00:00Z","finished_at":"2026-11-22T09:03:10Z",'
        f'"outputs":[{{"url":"https://h.example/a.mp4","path":"a.mp4","sha256":"{DIGEST}","bytes":123}}],'
        '"error":{"code":7,"message":"late"},'
        '"also_paid":[{"state":"failed","credits":420,"task_id":"4f00","error":{"message":"nsfw"}}],'
        f'"attempt":3,"fingerprint":"{fingerprint}"}}\n'
    )


def test_a_line_comes_back_as_it_was():
    assert decode_job(json.loads(encode_lockfile_line(WHOLE))) == WHOLE


def test_that_a_file_is_in_the_store_is_the_last_word_on_it_and_comes_back():
    stored = Output(url="https://h.example/a.mp4", path="a.mp4", sha256=DIGEST, bytes=123, stored=True)
    entry = WHOLE.only(WHOLE.primary._replace(outputs=(stored,)))
    line = encode_lockfile_line(entry)
    assert b'"bytes":123,"stored":true}' in line
    assert decode_job(json.loads(line)) == entry


def test_a_file_without_a_hash_is_in_no_store():
    with pytest.raises(LineError, match="sha256"):
        decode_job(
            json.loads(
                encode_lockfile_line(WHOLE).replace(
                    f'"sha256":"{DIGEST}","bytes":123'.encode(), b'"stored":true'
                )
            )
        )
    assert not Output(path="a.mp4", stored=True).stored


def test_what_was_seen_in_a_file_is_the_last_word_on_it_and_comes_back_sorted():
    seen = (("black", "black for 9.8 of 10.0 s"), ("short", "4.1 s instead of 10 s"))
    file = Output(path="a.mp4", sha256=DIGEST, bytes=123, stored=True, look=seen)
    entry = WHOLE.only(WHOLE.primary._replace(outputs=(file,)))
    line = encode_lockfile_line(entry)
    assert (
        b'"stored":true,"look":{"black":"black for 9.8 of 10.0 s","short":"4.1 s instead of 10 s"}}' in line
    )
    assert decode_job(json.loads(line)) == entry
    other_way = line.replace(b'{"black":"black for 9.8 of 10.0 s",', b"{").replace(
        b"of 10 s", b'of 10 s","black":"black for 9.8 of 10.0 s'
    )
    assert other_way != line
    assert decode_job(json.loads(other_way)) == entry


@pytest.mark.parametrize("look", ["{}", '{"Black hole":"x"}', '{"black":""}', '{"black":7}', '["black"]'])
def test_what_was_seen_is_words_by_a_name(look):
    line = encode_lockfile_line(WHOLE).replace(b'"bytes":123', f'"bytes":123,"look":{look}'.encode())
    with pytest.raises(LineError):
        decode_job(json.loads(line))


def test_that_a_file_was_deleted_on_purpose_is_the_last_word_on_it_and_comes_back():
    file = Output(path="a.mp4", sha256=DIGEST, bytes=123, look=(("black", "black"),), pruned=True)
    entry = WHOLE.only(WHOLE.primary._replace(outputs=(file,)))
    line = encode_lockfile_line(entry)
    assert b'"look":{"black":"black"},"pruned":true}' in line
    assert decode_job(json.loads(line)) == entry
    assert not Output(path="a.mp4", pruned=True).pruned


def test_what_was_at_the_urls_of_an_input_stands_behind_it_and_comes_back_sorted():
    seen = (("image", DIGEST), ("images[0]", "f" * 64))
    entry = WHOLE._replace(attempts=tuple(one._replace(seen=seen) for one in WHOLE.attempts))
    line = encode_lockfile_line(entry)
    written = f'"seen":{{"image":"{DIGEST}","images[0]":"{"f" * 64}"}}'
    assert f'}},{written},"submitted_at"'.encode() in line
    assert f'"task_id":"4f00",{written},"error"'.encode() in line
    assert decode_job(json.loads(line)) == entry
    other_way = line.replace(
        written.encode(), f'"seen":{{"images[0]":"{"f" * 64}","image":"{DIGEST}"}}'.encode()
    )
    assert other_way != line
    assert decode_job(json.loads(other_way)) == entry


@pytest.mark.parametrize("seen", ["{}", '{"image":"abc"}', f'{{"":"{DIGEST}"}}', '["image"]'])
def test_what_was_at_urls_is_hashes_by_a_name(seen):
    line = encode_lockfile_line(WHOLE).replace(b'"submitted_at"', f'"seen":{seen},"submitted_at"'.encode())
    with pytest.raises(LineError):
        decode_job(json.loads(line))


def test_nothing_is_seen_in_a_file_without_a_hash():
    assert Output(path="a.mp4", look=(("black", "black"),)).look == ()


def test_what_is_free_says_no_credits():
    assert b"credits" not in encode_lockfile_line(entry_of(rejected()))


def test_withdrawn_calls_and_trials_stay_out_of_the_lockfile():
    line = encode_lockfile_line(entry_of(failed(trial=4), withdrawn(number=2)))
    assert b"trial" not in line
    assert b"also_paid" not in line


@pytest.mark.parametrize("attempt", [withdrawn(trial=3, number=2), in_doubt(trial=2), submitted(trial=2)])
def test_a_journal_line_keeps_the_trial(attempt):
    line = encode_journal_line(entry_of(attempt))
    assert decode_job(json.loads(line)) == entry_of(attempt)
    assert list(json.loads(line))[-2:] == ["trial", "fingerprint"]


def test_whole_floats_are_written_as_integers():
    entry = Entry(
        key="k",
        fingerprint=fingerprint_of("t", {"n": 10.0}, 1),
        tool_type="t",
        take=1,
        input={"n": 10.0},
        attempts=(submitted(),),
    )
    assert b'"input":{"n":10}' in encode_lockfile_line(entry)
    assert decode_job(json.loads(encode_lockfile_line(entry))) == entry


@pytest.mark.parametrize(
    "request_", [{"ключ": 1.5, "a": [1e300, -0.25]}, {"é": {"z": None, "a": True}, "𐀀": 1, "\uffff": 2}]
)
def test_unusual_inputs_keep_their_fingerprint(request_):
    entry = Entry(
        key="k",
        fingerprint=fingerprint_of("t", request_, 1),
        tool_type="t",
        take=1,
        input=request_,
        attempts=(submitted(),),
    )
    assert decode_job(json.loads(encode_lockfile_line(entry))) == entry


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"state": "done"}, 'state: "done" is not one of'),
        ({"take": 0}, "take"),
        ({"extra": 1}, "'extra' was unexpected"),
        ({"task_id": None}, "task_id"),
        ({"state": "in_doubt"}, "task_id: does not go with this state"),
        ({"credits": -1}, "credits"),
        ({"credits": 1e308}, "credits"),
        ({"credits": 10**30}, "credits"),
        ({"attempt": 1e30}, "attempt"),
        ({"outputs": [{"bytes": 1e308}]}, "outputs[0].bytes"),
        ({"outputs": [{"sha256": "XYZ"}]}, "outputs[0].sha256"),
        ({"also_paid": [{"state": "failed"}]}, 'also_paid[0]: "task_id" is a required property'),
        ({"input": {"prompt": "edited"}}, "the fingerprint does not fit the input"),
        ({"take": 2}, "the fingerprint does not fit the input"),
        ({"input": {"n": 2**60}}, "no canonical JSON form"),
    ],
)
def test_a_line_that_says_something_else_is_refused(change, words):
    line = json.loads(encode_lockfile_line(entry_of(completed())))
    with pytest.raises(LineError) as caught:
        decode_job({**line, **change})
    assert words in str(caught.value)


@pytest.mark.parametrize("line", [[], None, "x", 5])
def test_what_is_no_object_is_refused(line):
    with pytest.raises(LineError, match="object"):
        decode_job(line)


def test_a_journal_line_that_could_not_be_read_back_is_not_written():
    entry = entry_of(submitted())
    with pytest.raises(LineError):
        encode_journal_line(
            Entry(
                key="", fingerprint=Fingerprint("x"), tool_type="t", take=1, input={}, attempts=entry.attempts
            )
        )


def test_a_number_that_would_come_back_as_another_kind_is_not_written():
    request = {"n": 2.0**60}
    entry = Entry(
        key="k",
        fingerprint=fingerprint_of("t", request, 1),
        tool_type="t",
        take=1,
        input=request,
        attempts=(submitted(),),
    )
    with pytest.raises(LineError, match="no canonical JSON form"):
        encode_journal_line(entry)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ({"lock_version": 2, "manifest": "x"}, "newer sora2batch"),
        ({"lock_version": "1", "manifest": "x"}, "lock_version"),
        ({"lock_version": 1}, "manifest"),
        ({"key": "a"}, "no header"),
        ([], "no header"),
    ],
)
def test_a_header_of_another_kind_is_refused(header, words):
    with pytest.raises(LineError, match=words):
        check_header(header)
