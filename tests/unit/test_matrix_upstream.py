"""Groups that are made from the results of others: what is said of each slip, and where."""

from __future__ import annotations

import json

import pytest

from fakes.building import entry_of
from fakes.lock_entry import completed
from fakes.matrix_case import HEAD, expand_text, problems_of
from sora2batch.catalog.catalog import load_catalog
from sora2batch.ground.schema import schema_dir
from sora2batch.lockfile.entry import Output
from sora2batch.manifest.load import load_manifest
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.manifest.tree import DiskTree
from sora2batch.matrix.expand import expand
from sora2batch.matrix.stage import RecordedResults

STILLS = """\
jobs:
  stills:
    tool: nano-banana-image-api
    matrix: {subject: [fox, owl], look: [noir, pastel]}
    repeat: 2
    input: {prompt: "A {{ subject }}, {{ look }}", aspect_ratio: "16:9"}
"""
INPUT = '{prompt: "Pan on {{ still.subject }}", image: "{{ still.output }}"}'


def clips(axis="{from_jobs: stills}", input=INPUT, tool="sora2-image-to-video-api", more=""):
    matrix = f"matrix:\n      still: {axis}\n{more}"
    return f"{STILLS}  clips:\n    tool: {tool}\n    {matrix}    input: {input}\n"


def needs(expansion):
    return {job.key: job.needs for job in expansion.stages.waiting}


class TestValues:
    def test_each_result_is_one_value_with_what_its_own_group_says(self):
        text = clips(
            input='{prompt: "{{ still.id }} {{ still.key }} {{ still.take }} {{ still.look }}", image: "{{ still.output }}"}'
        )
        waiting = expand_text(text).stages.waiting
        assert [job.key for job in waiting][:2] == ["clips/fox/noir", "clips/fox/noir#2"]
        assert waiting[1].input["prompt"] == "fox/noir#2 stills/fox/noir#2 2 noir"
        assert needs(expand_text(text))["clips/owl/pastel"] == ("stills/owl/pastel",)

    def test_where_takes_values_ids_labels_and_takes(self):
        text = clips("{from_jobs: stills, where: {look: [noir], subject: owl, take: 2}}")
        assert [*needs(expand_text(text))] == ["clips/owl/noir#2"]

    def test_results_are_gathered_by_axes_in_their_order(self):
        text = clips(
            "{from_jobs: stills, by: [look], where: {take: 1}}",
            '{prompt: "{{ still.look }}", image_list: "{{ still.outputs }}"}',
            "nano-banana-image-api",
        )
        assert needs(expand_text(text)) == {
            "clips/noir": ("stills/fox/noir", "stills/owl/noir"),
            "clips/pastel": ("stills/fox/pastel", "stills/owl/pastel"),
        }

    def test_all_results_together_are_named_after_their_group(self):
        text = clips(
            "{from_jobs: stills, by: []}",
            '{prompt: All, image_list: "{{ still.outputs }}"}',
            "nano-banana-image-api",
        )
        ((key, keys),) = needs(expand_text(text)).items()
        assert (key, len(keys)) == ("clips/stills", 8)

    def test_two_results_are_the_first_and_the_last_frame(self):
        text = clips(
            "{from_jobs: stills, by: [subject], where: {take: 1}}",
            '{prompt: p, image: "{{ still.outputs[0] }}", tail_image_url: "{{ still.outputs[1] }}"}',
            "kling3-image-to-video-api",
        )
        assert needs(expand_text(text))["clips/fox"] == ("stills/fox/noir", "stills/fox/pastel")

    def test_what_only_include_brings_is_known_too(self):
        stills = STILLS.replace("pastel]}", "pastel], include: [{subject: fox, mood: grim}]}")
        text = clips(
            "{from_jobs: stills, where: {subject: fox}}",
            '{prompt: "{{ still.mood }}", image: "{{ still.output }}"}',
        )
        waiting = expand_text(text.replace(STILLS, stills)).stages.waiting
        assert {job.input["prompt"] for job in waiting} == {"grim"}

    def test_a_group_without_a_matrix_gives_its_takes(self):
        stills = STILLS.replace("    matrix: {subject: [fox, owl], look: [noir, pastel]}\n", "").replace(
            "{{ subject }}, {{ look }}", "fox"
        )
        text = clips(input='{prompt: p, image: "{{ still.output }}"}').replace(STILLS, stills)
        assert needs(expand_text(text)) == {"clips/stills": ("stills",), "clips/stills#2": ("stills#2",)}

    def test_a_filter_for_letters_leaves_a_result_alone(self):
        text = clips(input='{prompt: p, image: "{{ still.output | upper | trim }}"}')
        assert needs(expand_text(text)) == needs(expand_text(clips()))

    def test_a_result_passes_through_a_variable_and_a_result_of_a_result_is_one(self):
        text = "vars: {picture: '{{ still.output }}'}\n" + clips(input='{prompt: p, image: "{{ picture }}"}')
        assert needs(expand_text(text)) == needs(expand_text(clips()))
        films = '  films:\n    tool: sora2-image-to-video-api\n    matrix: {clip: {from_jobs: clips, where: {still: "fox/noir#2"}}}\n    input: {prompt: "{{ clip.still.subject }}", image: "{{ clip.still.output }}"}\n'
        assert needs(expand_text(clips() + films))["films/fox/noir#2"] == ("stills/fox/noir#2",)

    def test_takes_of_what_is_made_from_takes_have_keys_of_their_own(self):
        keys = [job.key for job in expand_text(clips(more="    repeat: 2\n")).stages.waiting]
        assert keys[:4] == ["clips/fox/noir", "clips/fox/noir#2", "clips/fox/noir#2#1", "clips/fox/noir#2#2"]
        assert len(set(keys)) == 16

    def test_a_sample_is_one_of_results_as_well(self):
        more = "      camera: [pan, dolly]\n    sample: {method: pairwise}\n"
        text = clips(input='{prompt: "{{ camera }}", image: "{{ still.output }}"}', more=more)
        assert len(expand_text(text).stages.waiting) == 16


class TestIncludeAndExclude:
    def test_a_result_is_excluded_by_its_label_or_by_what_it_says(self):
        for entry in ("fox/noir", "{subject: fox, look: noir, take: 1}"):
            found = needs(expand_text(clips(more=f"      exclude: [{{still: {entry}}}]\n")))
            assert len(found) == 7
            assert "clips/fox/noir" not in found

    def test_what_where_leaves_out_can_be_included(self):
        text = clips(
            "{from_jobs: stills, where: {look: noir}}", more="      include: [{still: fox/pastel}]\n"
        )
        assert [*needs(expand_text(text))][-1] == "clips/fox/pastel"
        assert len(needs(expand_text(text))) == 5

    def test_a_mapping_is_a_value_of_its_own(self):
        more = (
            "      include: [{still: {id: cat, subject: cat, output: 'https://cdn.example.com/cat.jpg'}}]\n"
        )
        expansion = expand_text(clips(more=more))
        assert expansion.jobs[-1].key == "clips/cat"
        assert expansion.jobs[-1].input["image"] == "https://cdn.example.com/cat.jpg"

    def test_a_name_of_no_result_is_told(self):
        assert problems_of(clips(more="      include: [{still: fox/noirr}]\n")) == [
            'batch.yaml:11:25: jobs.clips.matrix.include[0].still: is the text "fox/noirr", which is no result of stills (did you mean "fox/noir"?)'
        ]

    def test_an_exclude_of_what_nobody_picked_is_no_slip(self):
        axis, more = "{from_jobs: stills, picks: p.yaml}", "      exclude: [{still: fox/noir}]\n"
        picks = "[{key: stills/owl/noir, favourite: true}]"
        assert expand_text(clips(axis, more=more), p_yaml=picks).findings == ()
        (finding,) = expand_text(clips(axis, more=more.replace("fox", "foks")), p_yaml=picks).findings
        assert finding.rule == "idle-exclude"

    def test_an_exclude_that_leaves_nothing_is_told(self):
        more = "      exclude: [{still: {subject: fox}}, {still: {subject: owl}}]\n"
        (finding,) = expand_text(clips(more=more)).findings
        assert (finding.rule, str(finding.path)) == ("no-jobs", "('jobs', 'clips')")


FAULTS = {
    "a group that is not there": (
        clips("{from_jobs: stils}"),
        'batch.yaml:10:26: jobs.clips.matrix.still.from_jobs: there is no group "stils"; this manifest has "stills" (did you mean "stills"?)',
    ),
    "an axis in where": (
        clips("{from_jobs: stills, where: {lok: noir}}"),
        'batch.yaml:10:42: jobs.clips.matrix.still.where.lok: "lok" is no axis of the group that the results come from; stills has "subject", "look" (did you mean "look"?)',
    ),
    "a value in where": (
        clips("{from_jobs: stills, where: {look: noire}}"),
        'batch.yaml:10:48: jobs.clips.matrix.still.where.look: is the text "noire", which is no look of stills; it has "noir", "pastel" (did you mean "noir"?)',
    ),
    "one of several values": (
        clips("{from_jobs: stills, where: {look: [noir, 3]}}"),
        'batch.yaml:10:55: jobs.clips.matrix.still.where.look[1]: is the number 3, which is no look of stills; it has "noir", "pastel"',
    ),
    "a take": (
        clips("{from_jobs: stills, where: {take: 3}}"),
        "batch.yaml:10:48: jobs.clips.matrix.still.where.take: is the number 3; stills has takes 1 to 2",
    ),
    "an axis in by": (
        clips("{from_jobs: stills, by: [subjct]}", '{prompt: p, image: "{{ still.outputs[0] }}"}'),
        'batch.yaml:10:39: jobs.clips.matrix.still.by[0]: "subjct" is no axis of the group that the results come from; stills has "subject", "look" (did you mean "subject"?)',
    ),
    "an output in a text": (
        clips(input='{prompt: "Like {{ still.output }}", image: "{{ still.output }}"}'),
        "batch.yaml:11:21: jobs.clips.input.prompt: prompt holds the result of a job, which is a file; it can stand alone in image (job clips/fox/noir and 7 more jobs) ({{ still.id }} is its name)",
    ),
    "the output of one of two axes in a text": (
        clips(
            input='{prompt: "{{ still.id }} {{ other.output }}", image: "{{ still.output }}"}',
            more="      other: {from_jobs: stills}\n",
        ),
        "batch.yaml:12:21: jobs.clips.input.prompt: prompt holds the result of a job, which is a file; it can stand alone in image (job clips/fox/noir/fox/noir and 63 more jobs) ({{ NAME.id }} is its name)",
    ),
    "all results of one of two axes where one file goes": (
        clips(
            input='{prompt: p, image: "{{ other.outputs }}"}',
            more="      other: {from_jobs: stills, by: []}\n",
        ),
        "batch.yaml:12:31: jobs.clips.input.image: image takes one file, and these are the results of 8 jobs (job clips/fox/noir/stills and 7 more jobs) (take one of them, such as {{ other.outputs[0] }})",
    ),
    "an output in a tool without files": (
        clips(input='{prompt: "{{ still.output }}"}', tool="sora2-text-to-video-api"),
        "batch.yaml:11:21: jobs.clips.input.prompt: prompt holds the result of a job, which is a file; it can stand nowhere: this tool takes none (job clips/fox/noir and 7 more jobs) ({{ still.id }} is its name)",
    ),
    "an output with a text": (
        clips(input='{prompt: p, image: "{{ still.output }}.png"}'),
        'batch.yaml:11:31: jobs.clips.input.image: image must be the result of a job and nothing else: no text can be made of a file (job clips/fox/noir and 7 more jobs) (write "{{ still.output }}")',
    ),
    "a part of an output": (
        clips(input='{prompt: p, image: "{{ still.output[1:] }}"}'),
        'batch.yaml:11:31: jobs.clips.input.image: image must be the result of a job and nothing else: no text can be made of a file (job clips/fox/noir and 7 more jobs) (write "{{ still.output }}")',
    ),
    "a slug of an output": (
        clips(input='{prompt: p, image: "{{ still.output | slug }}"}'),
        'batch.yaml:11:31: jobs.clips.input.image: image is empty: what a filter makes of the result of a job is no file (job clips/fox/noir and 7 more jobs) (write "{{ still.output }}")',
    ),
    "several outputs for one": (
        clips("{from_jobs: stills, by: [subject]}", '{prompt: p, image: "{{ still.outputs }}"}'),
        "batch.yaml:11:31: jobs.clips.input.image: image takes one file, and these are the results of 4 jobs (job clips/fox and 1 more job) (take one of them, such as {{ still.outputs[0] }})",
    ),
    "one output for a list": (
        clips(input='{prompt: p, image_list: "{{ still.output }}"}', tool="nano-banana-image-api"),
        'batch.yaml:11:36: jobs.clips.input.image_list: image_list takes a list of files, and this is one (job clips/fox/noir and 7 more jobs) (write ["{{ still.output }}"])',
    ),
    "an output in a list with a text": (
        clips(input='{prompt: p, image_list: ["{{ still.output }}", "a{{ still.output }}"]}', tool="nano-banana-image-api"),
        'batch.yaml:11:36: jobs.clips.input.image_list: image_list must be the result of a job and nothing else: no text can be made of a file (job clips/fox/noir and 7 more jobs) (write "{{ still.output }}")',
    ),
    "an output in a file name": (
        "output: {filename: '{{ job.key }}{{ still.output if still is defined }}'}\n" + clips(),
        "batch.yaml:1:20: output.filename: the file name holds the result of a job, which is a file and no name (job clips/fox/noir and 7 more jobs) (the id of a result is its name: {{ NAME.id }})",
    ),
    "an axis that would be hidden": (
        clips().replace("look: [", "take: [").replace("{{ look }}", "{{ take }}"),
        "batch.yaml:4:35: jobs.stills.matrix.take: is what every result calls something of its own: {{ still.take }} would not be this axis (give it another name: a new name pays for nothing again)",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "told"), FAULTS.values(), ids=[*FAULTS])
def test_what_is_wrong_is_told_once_at_its_place(text, told):
    assert problems_of(text) == [told]


def test_a_clip_is_no_picture():
    text = clips(tool="sora2-image-to-video-api").replace("nano-banana-image-api", "sora2-text-to-video-api")
    assert problems_of(text.replace('"16:9"', "16:9")) == [
        "batch.yaml:11:58: jobs.clips.input.image: image takes a picture, and the results that stand here are clips (job clips/fox/noir and 7 more jobs)"
    ]


def test_what_an_upstream_group_lacks_is_told_there_alone():
    for old, new in (
        ("nano-banana-image-api", "nano-bananna"),
        ("{{ look }}", "{{ lok }}"),
        ('"16:9"', '"17:9"'),
        ("[noir, pastel]", "{from: looks.csv}"),
    ):
        problems = problems_of(clips().replace(old, new))
        assert len(problems) == 1
        assert "jobs.stills" in problems[0]


def test_circles_are_told_once_each_at_their_first_group():
    groups = {"a": "b", "b": "c", "c": "a", "d": "d", "e": "a"}
    told = {
        name: {"tool": "sora2-image-to-video-api", "matrix": {"x": {"from_jobs": other}}, "input": {"prompt": name, "image": "{{ x.output }}"}}
        for name, other in groups.items()
    }  # fmt: skip
    problems = problems_of(f'"jobs": {json.dumps(told)}\n')
    assert [problem.partition(": ")[2] for problem in problems] == [
        "jobs.a.matrix.x.from_jobs: groups are made from each other's results: a → b → c → a",
        "jobs.d.matrix.x.from_jobs: is made from its own results",
    ]


def test_a_mark_that_somebody_wrote_himself_is_no_result(tmp_path):
    mark = "{prompt: p, image: \"{{ '\\\\ufdd0\\\\ufdd2\\\\ufdd2\\\\ufdd1' }}\"}"
    assert "must be the result of a job" in problems_of(clips(input=mark))[0]
    path = tmp_path / "batch.yaml"
    path.write_text(f"{HEAD}jobs: {{g: {{tool: sora2-image-to-video-api, input: {mark}}}}}\n")
    with pytest.raises(ManifestError, match="image is a path"):
        expand(load_manifest(path), load_catalog(), DiskTree(tmp_path))


def test_a_group_may_stand_before_those_that_it_is_made_from():
    head, stills, rest = clips().partition("  stills:\n")
    end = rest.index("  clips:\n")
    turned = head + rest[end:] + stills + rest[:end]
    assert needs(expand_text(turned)) == needs(expand_text(clips()))
    assert [job.group for job in expand_text(turned).all_jobs] == ["clips"] * 8 + ["stills"] * 8


class TestPicks:
    AXIS = "{from_jobs: stills, picks: p.yaml, min_rating: 4}"

    def test_a_file_that_is_not_there_is_a_gate_for_all_of_them(self):
        waiting = expand_text(clips(self.AXIS)).stages.waiting
        assert {job.gate for job in waiting} == {"p.yaml"}
        assert len(waiting) == 8

    def test_ratings_count_or_else_favourites(self):
        picks = "[{key: stills/fox/noir, rating: 4}, {key: stills/owl/noir, rating: 3, favourite: true}]"
        assert [*needs(expand_text(clips(self.AXIS), p_yaml=picks))] == ["clips/fox/noir"]
        axis = "{from_jobs: stills, picks: p.yaml}"
        assert [*needs(expand_text(clips(axis), p_yaml=picks))] == ["clips/owl/noir"]

    def test_where_and_picks_must_both_let_a_result_through(self):
        axis = "{from_jobs: stills, where: {look: pastel}, picks: p.yaml}"
        picks = "[{key: stills/fox/noir, favourite: true}, {key: stills/owl/pastel, favourite: true}]"
        assert [*needs(expand_text(clips(axis), p_yaml=picks))] == ["clips/owl/pastel"]

    @pytest.mark.parametrize(
        ("picks", "more"),
        [("picks: []", ": there are no picks at all"), ("[{key: stills/fox/noir, rating: 3}]", "")],
    )
    def test_an_empty_choice_is_told(self, picks, more):
        (finding,) = expand_text(clips(self.AXIS), p_yaml=picks).findings
        assert str(finding) == (
            "batch.yaml:13:41: jobs.clips.matrix.still.picks: no pick of stills is rated 4 or better, "
            f"so clips has no job{more} [no-jobs]"
        )

    def test_a_where_that_leaves_nothing_is_told_and_not_what_follows(self):
        axis = "{from_jobs: stills, where: {look: noir, subject: owl}, picks: p.yaml}"
        films = '  films:\n    tool: sora2-image-to-video-api\n    matrix: {c: {from_jobs: clips}}\n    input: {prompt: p, image: "{{ c.output }}"}\n'
        picks = "[{key: stills/fox/noir, favourite: true}]"
        edits = clips(axis, '{prompt: p, image_list: ["{{ still.output }}"]}', "nano-banana-image-api")
        expansion = expand_text(edits + films, p_yaml=picks)
        assert [finding.rule for finding in expansion.findings] == ["no-jobs"]
        assert "where leaves no result of stills" in str(expansion.findings[0])

    def test_a_name_that_is_no_result_is_told_in_the_picks_file(self):
        picks = "- {key: stills/fox/noirr, rating: 5}\n- {key: stils/fox/noir, rating: 5}\n"
        assert problems_of(clips(self.AXIS), p_yaml=picks) == [
            f'p.yaml:{line}:3: [{line - 1}]: {name} is no result of stills, as the manifest stands now (did you mean "stills/fox/noir"?)'
            for line, name in ((1, "stills/fox/noirr"), (2, "stils/fox/noir"))
        ]

    def test_picks_of_other_groups_and_low_ratings_say_nothing(self):
        picks = (
            "[{key: stills/owl/noir, rating: 5}, {key: stills/gone, rating: 1}, {key: clips/x, rating: 5}]"
        )
        expansion = expand_text(clips(self.AXIS), p_yaml=picks)
        assert ([*needs(expansion)], expansion.findings) == (["clips/owl/noir"], ())

    def test_a_fingerprint_counts_whatever_the_key_says(self):
        mark = next(job.fingerprint for job in expand_text(clips()).jobs if job.key == "stills/owl/noir")
        picks = json.dumps([{"key": "former/name", "fingerprint": mark, "rating": 5}])
        assert [*needs(expand_text(clips(self.AXIS), p_yaml=picks))] == ["clips/owl/noir"]

    @pytest.mark.parametrize(
        ("key", "why"),
        [("stills/fox/noir", "is another request now"), ("stills/cat", "is no result of stills any more")],
    )
    def test_a_pick_of_a_request_that_is_no_more_counts_not_and_is_told(self, key, why):
        picks = json.dumps([{"key": key, "fingerprint": f"sha256:{'0' * 64}", "rating": 5}])
        expansion = expand_text(clips(self.AXIS), p_yaml=picks)
        (finding,) = expansion.findings
        assert not needs(expansion)
        assert (finding.file, finding.rule, finding.level) == ("p.yaml", "lost-pick", "warning")
        assert why in finding.message

    def test_picks_that_contradict_each_other_are_told_even_by_different_names(self):
        mark = next(job.fingerprint for job in expand_text(clips()).jobs if job.key == "stills/owl/noir")
        picks = json.dumps([{"fingerprint": mark, "rating": 5}, {"key": "stills/owl/noir", "rating": 1}])
        (problem,) = problems_of(clips(self.AXIS), p_yaml=picks)
        assert "says something else of it" in problem

    def test_a_file_that_is_no_picks_file_is_told_once_for_two_axes(self):
        text = clips(self.AXIS, more=f"      other: {self.AXIS}\n")
        assert len(problems_of(text, p_yaml="[{kee: x, key: y}]")) == 1

    def test_a_job_that_has_no_fingerprint_yet_is_picked_by_its_key(self):
        films = '  films:\n    tool: sora2-image-to-video-api\n    matrix: {c: {from_jobs: edits, picks: p.yaml}}\n    input: {prompt: p, image: "{{ c.output }}"}\n'
        text = (
            clips(
                input='{prompt: p, image_list: ["{{ still.output }}"]}', tool="nano-banana-image-api"
            ).replace("clips", "edits")
            + films
        )
        picks = json.dumps(
            [{"key": "edits/fox/noir", "fingerprint": f"sha256:{'1' * 64}", "favourite": True}]
        )
        assert "films/fox/noir" in needs(expand_text(text, p_yaml=picks))

    def test_a_long_list_is_no_fault_before_anybody_has_picked(self, tmp_path):
        tool = json.loads((schema_dir() / "tools" / "nano-banana-image-api.json").read_text())
        tool["input"]["properties"]["image_list"]["maxItems"] = 2
        (tmp_path / "nano-banana-image-api.json").write_text(json.dumps(tool))
        catalog = load_catalog((tmp_path,))
        text = clips(
            "{from_jobs: stills, by: [], picks: p.yaml}",
            '{prompt: All, image_list: "{{ still.outputs }}"}',
            "nano-banana-image-api",
        )
        assert len(expand_text(text, catalog=catalog).stages.waiting) == 1
        picks = json.dumps([{"key": job.key, "favourite": True} for job in expand_text(clips()).jobs])
        assert "image_list" in problems_of(text, catalog=catalog, p_yaml=picks)[0]


def test_what_is_there_is_sent_by_its_content():
    stills = expand_text(clips()).jobs
    output = Output(path="fox.png", sha256="ab" * 32, bytes=1)
    entries = {stills[0].fingerprint: entry_of(stills[0], completed(outputs=(output,)))}
    expansion = expand_text(clips(), results=RecordedResults(entries, "out/x"))
    made = expansion.jobs[-1]
    assert made.key == "clips/fox/noir"
    assert made.input["image"] == {"file": "out/x/fox.png", "sha256": "ab" * 32}
    assert made.needs == ("stills/fox/noir",)
    assert len(expansion.stages.waiting) == 7
