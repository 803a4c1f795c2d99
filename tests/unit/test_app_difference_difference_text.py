from fakes.building import job_of, lockfile_of
from sora2batch.app.difference.difference_text import manifest_lines
from sora2batch.app.difference.manifest_difference import ManifestDifference
from sora2batch.app.difference.side import ManifestSide
from sora2batch.plan.compare import compare


def side(name, *jobs):
    marks = {job.key: job.fingerprint for job in jobs}
    return ManifestSide(name=name, jobs=jobs, marks=marks, budget=100, lockfile=lockfile_of())


def lines_of(before, after, **more):
    old, new = side("main:a.yaml", *before), side("a.yaml", *after)
    told = ManifestDifference(old=old, new=new, comparison=compare(old.name, old.jobs, new.jobs))
    return list(manifest_lines(told, None, **more))


def test_many_changes_are_summed_up_by_group_and_by_what_has_changed():
    before = [job_of("fox"), job_of("owl"), job_of("cat"), job_of("elk", group="b"), job_of("bat")]
    after = [
        job_of("fox", mode="pro", credits=2100),
        job_of("owl", mode="pro", credits=2100),
        job_of("cat", prompt="two cats"),
        job_of("elk", group="c"),
        job_of("bee"),
    ]
    assert lines_of(before, after, by_group=True) == [
        "main:a.yaml → a.yaml",
        "",
        "  ~ hero: 2 jobs, 4,200 credits: input.mode",
        "      such as hero/fox",
        '      input.mode: "std" → "pro"',
        "  ~ hero: 1 job, 420 credits: input.prompt",
        "      such as hero/cat",
        '      input.prompt: "a cat" → "two cats"',
        "  + hero: 1 job, 420 credits",
        "  - hero: 1 job, 420 credits",
        "  > 1 job under another key, not paid again",
        "  (every job on a line: pipe this into a file or a pager)",
        "",
        "3 changed, 1 added, 1 removed, 1 renamed, 0 as they were",
        "a run sends what is new for 5,040 credits",
        "the whole batch: 2,100 → 5,460 credits (+3,360)",
    ]


def test_a_job_of_which_only_the_take_is_another_says_so():
    lines = lines_of([job_of("fox", take=2)], [job_of("fox#2", prompt="a fox")])
    assert "      take 2 → 1" in lines


def test_right_to_left_words_move_nothing_else():
    lines = lines_of([job_of("fox")], [job_of("fox", prompt="שועל אדום עומד ביער הגדול והחשוך בלילה")])
    assert any(line.startswith("        + \u2068") and line.endswith("\u2069") for line in lines)
