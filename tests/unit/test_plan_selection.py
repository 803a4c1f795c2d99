from __future__ import annotations

import pytest

from fakes.building import job_of
from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.errors import UsageError
from sora2batch.ground.job import Job
from sora2batch.matrix.combine import AxisValues, combine
from sora2batch.plan.selection import Selection, parse_where


def shot(subject: str, camera: str, *, group: str = "hero"):
    return job_of(
        f"{subject}/{camera}", group=group, labels=(("subject", subject), ("camera", camera)), shown=group
    )


JOBS = (
    shot("fox", "slow-pan"),
    shot("fox", "dolly-in"),
    shot("owl", "slow-pan"),
    shot("Owl_2", "crane-up"),
    shot("fox", "16-9", group="tests"),
)


def keys(**selection) -> list[str]:
    return [job.key for job in Selection(**selection).pick(JOBS)]


def refusal(**selection) -> UsageError:
    with pytest.raises(UsageError) as caught:
        Selection(**selection).pick(JOBS)
    return caught.value


def test_no_selection_is_every_job_in_order():
    assert Selection().pick(JOBS) == JOBS


def test_globs_are_alternatives_and_keep_the_manifests_order():
    assert keys(select=("tests/*", "hero/fox/*")) == [
        "hero/fox/slow-pan",
        "hero/fox/dolly-in",
        "tests/fox/16-9",
    ]


def test_a_star_reaches_over_slashes():
    assert keys(select=("*pan",)) == ["hero/fox/slow-pan", "hero/owl/slow-pan"]


def test_upper_and_lower_case_differ_in_globs():
    assert keys(select=("hero/Owl*",)) == ["hero/Owl_2/crane-up"]


def test_a_whole_key_is_a_glob():
    assert keys(select=("hero/fox/dolly-in",)) == ["hero/fox/dolly-in"]


def test_values_of_one_axis_are_alternatives_and_axes_must_all_fit():
    where = (("subject", "fox"), ("subject", "owl"), ("camera", "slow-pan"))
    assert keys(where=where) == ["hero/fox/slow-pan", "hero/owl/slow-pan"]


def test_globs_and_axes_must_both_fit():
    assert keys(select=("tests/*",), where=(("subject", "fox"),)) == ["tests/fox/16-9"]


def test_a_job_without_the_axis_does_not_fit():
    jobs = (*JOBS, job_of("lone", labels=()))
    assert jobs[-1] not in Selection(where=(("subject", "fox"),)).pick(jobs)


@pytest.mark.parametrize(
    ("value", "label"),
    [
        ("slow-pan", "slow-pan"),
        ("slow pan", "slow-pan"),
        ("Slow  Pan!", "slow-pan"),
        ("slów pan", "slow-pan"),
        ("16:9", "16-9"),
        ("crane_up", "crane-up"),
    ],
)
def test_a_value_may_be_written_as_a_label_or_as_in_the_manifest(value, label):
    picked = Selection(where=(("camera", value),)).pick(JOBS)
    assert {dict(job.labels)["camera"] for job in picked} == {label}


def test_an_id_that_is_its_own_label_may_be_written_in_other_words():
    assert keys(where=(("subject", "owl 2"),)) == ["hero/Owl_2/crane-up"]


def test_a_value_that_may_mean_two_labels_is_refused():
    jobs = [job_of(label, labels=(("id", label),)) for label in ("a.b", "a_b")]
    with pytest.raises(UsageError, match=r'--where id=a b: this may mean "a\.b", "a_b"') as caught:
        Selection(where=(("id", "a b"),)).pick(jobs)
    assert caught.value.hint == "write the label as it stands in the job's key, or --select the key"
    assert Selection(where=(("id", "a_b"),)).pick(jobs) == (jobs[1],)


def jobs_along(axis: str, *values: JsonValue, group: str = "hero") -> list[Job]:
    """A job for each value of one axis, labelled as an expansion would."""
    grid = combine([AxisValues(name=axis, values=values)], [], []).grid
    return [
        job_of(labels[0][1], group=group, labels=labels)._replace(columns=grid.columns)
        for labels in grid.all_labels()
    ]


def picked_labels(jobs: list[Job], where: str) -> list[str]:
    return [label for job in Selection(where=(parse_where(where),)).pick(jobs) for _, label in job.labels]


def test_a_value_whose_label_was_numbered_is_meant_by_its_text_and_not_guessed():
    """The labels of "C" and "C++" are c and c-2."""
    jobs = jobs_along("language", "C", "C++")
    assert picked_labels(jobs, "language=C++") == ["c-2"]
    assert picked_labels(jobs, "language=C") == picked_labels(jobs, "language=c") == ["c"]
    with pytest.raises(UsageError, match='this may mean "c", "c-2"'):
        picked_labels(jobs, "language=c!")


@pytest.mark.parametrize(
    ("values", "typed", "label"),
    [
        (("ガラス", "カラス"), "カラス", "カラス"),
        (("ガラス", "カラス"), "ガラス", "ガラス"),
        (("ガラス", "カラス"), "カ\u3099ラス", "ガラス"),
        (("カ\u3099ラス", "カラス"), "ガラス", "ガラス"),
        (("café", "cafe"), "cafe", "cafe"),
        (("café", "cafe"), "cafe\u0301", "café"),
        (("cafe\u0301 noir",), "café noir", "cafe-noir"),
        (("C++", "c"), "c", "c-2"),
        (("🦊", "🐻"), "🐻", "🐻"),
        (("❤️", "💔"), "❤", "❤"),
        (("شتاء", "صيف"), "\u2068صيف\u2069", "صيف"),
        (("ＡＢＣ", "xyz"), "abc", "abc"),
        (({"id": "ガラス", "noun": "glass"}, {"name": "カラス"}), "カラス", "カラス"),
        (("", "a"), "", "1"),
        ((10.0, 15), "10", "10"),
        (("Ä", "ä"), "ä", "ä-2"),
    ],
)
def test_the_text_as_written_is_meant_before_any_label(values, typed, label):
    assert picked_labels(jobs_along("x", *values), f"x={typed}") == [label]


def test_a_voiced_letter_is_never_taken_for_the_voiceless_one():
    with pytest.raises(UsageError, match="no job has this value"):
        picked_labels(jobs_along("x", "ガラス", "夜"), "x=カラス")


def test_one_text_for_two_values_is_refused():
    with pytest.raises(UsageError, match='--where x=1: this may mean "1", "1-2"'):
        picked_labels(jobs_along("x", 1, "1"), "x=1")


def test_two_groups_may_label_one_value_differently():
    jobs = [*jobs_along("x", "C", "C++", group="a"), *jobs_along("x", "C++", group="b")]
    picked = Selection(where=(("x", "C++"),)).pick(jobs)
    assert [job.key for job in picked] == ["a/c-2", "b/c"]


def test_globs_and_axes_may_be_typed_in_pieces():
    jobs = jobs_along("被写体", "ガラス", "カラス")
    assert [job.key for job in Selection(select=("hero/カ\u3099*",)).pick(jobs)] == ["hero/ガラス"]
    assert picked_labels(jobs_along("é", "a", "b"), "e\u0301=b") == ["b"]


def test_a_value_without_letters_is_not_like_every_other():
    jobs = [job_of("x", labels=(("mark", "_"),))]
    with pytest.raises(UsageError, match="no job has this value"):
        Selection(where=(("mark", "?!"),)).pick(jobs)


def test_an_unknown_axis_lists_the_axes():
    error = refusal(where=(("camrea", "slow-pan"),))
    assert (
        error.message == '--where camrea=slow-pan: there is no axis "camrea"; there are "subject", "camera"'
    )
    assert error.hint == 'did you mean "camera"?'


def test_an_unknown_value_lists_the_values():
    error = refusal(where=(("camera", "slow-pam"),))
    assert error.message == (
        "--where camera=slow-pam: no job has this value; "
        'camera is one of "slow-pan", "dolly-in", "crane-up", "16-9"'
    )
    assert error.hint == 'did you mean "slow-pan"?'


def test_of_many_values_some_are_listed():
    jobs = [job_of(f"n{number}", labels=(("n", f"n{number}"),)) for number in range(40)]
    with pytest.raises(UsageError, match=r'"n11", …$'):
        Selection(where=(("n", "zebra"),)).pick(jobs)


@pytest.mark.parametrize(
    ("glob", "hint"),
    [
        ("hreo/*", 'did you mean "hero/*"?'),
        ("hero", 'every key of this group fits "hero*"; `sora2batch plan MANIFEST` lists every job\'s key'),
        ("zzz", "`sora2batch plan MANIFEST` lists every job's key"),
    ],
)
def test_a_glob_that_fits_no_key_is_refused_even_beside_one_that_does(glob, hint):
    error = refusal(select=("hero/*", glob))
    assert (error.message, error.hint) == (f"--select {glob}: no job has such a key", hint)


def test_conditions_that_exclude_each_other_are_told_together():
    error = refusal(select=("tests/*",), where=(("camera", "slow-pan"),))
    assert error.message == "no job fits all of --select tests/* --where camera=slow-pan"


@pytest.mark.parametrize(
    ("text", "pair"),
    [("camera=slow-pan", ("camera", "slow-pan")), (" a = b=c ", ("a", "b=c")), ("a=", ("a", ""))],
)
def test_a_where_is_read_at_its_first_equals_sign(text, pair):
    assert parse_where(text) == pair


@pytest.mark.parametrize("text", ["camera", "=x", " =x", ""])
def test_a_where_without_an_axis_or_a_value_is_refused(text):
    with pytest.raises(UsageError, match="write it as axis=value"):
        parse_where(text)
