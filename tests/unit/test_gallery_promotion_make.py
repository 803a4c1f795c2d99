import json

import pytest

from fakes.building import entry_of, job_of
from fakes.lock_entry import completed, in_doubt, rejected
from fakes.problem_line import without_rule
from fakes.promotion_case import picks_of, promotion_of, text_of
from sora2batch.catalog.catalog import load_catalog
from sora2batch.gallery.promotion.choose import choose
from sora2batch.gallery.promotion.group_name import group_name
from sora2batch.gallery.promotion.make import PromotionError
from sora2batch.gallery.promotion.proof import WrongTextError, prove
from sora2batch.ground.errors import UsageError
from sora2batch.ground.schema import schema_dir
from sora2batch.manifest.manifest_error import ManifestError

KLING = "kling3-text-to-video-api"
FOX = job_of("fox", group="hero")
OWL = job_of("owl", group="hero")
FOX_2 = job_of("fox", group="hero", take=2)


def without_mode(name="fox", *, tool_type=KLING, **more):
    """A job of a tool that knows no mode."""
    job = job_of(name, tool_type=tool_type)
    return job._replace(input={"prompt": f"a {name}", **more})


@pytest.fixture
def picks(tmp_path):
    def picks(*entries):
        return picks_of(tmp_path, "\n".join(["picks:", *(f"  - {{{entry}}}" for entry in entries)]))

    return picks


class TestWhichPicksAreTaken:
    @pytest.mark.parametrize(
        ("entries", "min_rating", "keys", "why"),
        [
            (["key: a, favourite: true", "key: b, rating: 5"], None, ["a"], "the favourites"),
            (["key: a", "key: b, rating: 3"], None, ["a", "b"], "all, for none is marked as a favourite"),
            (
                ["key: a", "key: b, rating: 2", "key: c, note: no, favourite: false", "key: d, rating: 4"],
                None,
                ["a", "d"],
                "those not rated below 3, for none is marked as a favourite",
            ),
            (
                ["key: a, favourite: true", "key: b, rating: 4", "key: c, rating: 3"],
                4,
                ["b"],
                "those rated 4 or more",
            ),
            (["key: a, rating: 5, favourite: true", "key: b, rating: 5"], 5, ["a", "b"], "those rated 5"),
        ],
    )
    def test_the_rating_then_the_favourites_then_all(self, picks, entries, min_rating, keys, why):
        choice = choose(picks(*entries), min_rating=min_rating)
        assert [pick.key for pick in choice.taken] == keys
        assert (choice.count, choice.reason) == (f"{len(keys)} of {len(entries)} picks", why)

    @pytest.mark.parametrize(
        ("entries", "min_rating", "message"),
        [
            (
                ["key: a, rating: 4", "key: b, rating: 2"],
                5,
                "no pick of .* is rated 5; the best is rated 4$",
            ),
            (["key: a, rating: 1"], 3, "no pick of .* is rated 3 or more; the best is rated 1$"),
            (["key: a, favourite: true"], 3, "no pick of .*picks.yaml is rated$"),
            (["key: a, rating: 1", "key: b, favourite: false"], None, "is a favourite or rated 3 or more$"),
        ],
    )
    def test_none_is_an_error_that_says_what_there_is(self, picks, entries, min_rating, message):
        with pytest.raises(UsageError, match=message):
            choose(picks(*entries), min_rating=min_rating)

    def test_a_file_without_picks(self, tmp_path):
        with pytest.raises(UsageError, match="holds no pick"):
            choose(picks_of(tmp_path, "[]"), min_rating=None)


class TestHowAJobIsFound:
    def test_the_fingerprint_wins_over_the_key(self, picks):
        found = picks(f"key: {OWL.key}, fingerprint: '{FOX.fingerprint}'")
        (job,) = promotion_of(found, FOX, OWL).jobs
        assert job.input["prompt"] == "a fox"
        assert job.origins[0].key == "hero/fox"

    def test_the_key_alone_names_a_job_of_the_manifest(self, picks):
        (job,) = promotion_of(picks("key: hero/owl"), FOX, OWL).jobs
        assert job.input["prompt"] == "a owl"
        assert job.origins[0].task_id is None

    def test_what_is_no_longer_in_the_manifest_is_promoted_from_the_lockfile(self, picks):
        entry = entry_of(OWL, completed("task-7"), key="old/owl")
        (job,) = promotion_of(picks(f"fingerprint: '{OWL.fingerprint}'"), FOX, entries=[entry]).jobs
        assert (job.name, job.origins[0].key, job.origins[0].task_id) == ("old-owl", "old/owl", "task-7")
        assert job.input == {"prompt": "a owl", "mode": "std", "duration": 10, "aspect_ratio": "16:9"}

    def test_every_pick_that_is_not_found_is_named_with_its_place(self, picks):
        gone = "sha256:" + "0" * 64
        found = picks(
            "key: hero/fxo",
            f"fingerprint: '{gone}'",
            f"key: hero/fox, fingerprint: '{gone[:-1]}1'",
            "key: hero/cat",
            "key: hero/fox",
        )
        with pytest.raises(ManifestError) as caught:
            promotion_of(found, FOX, entries=[entry_of(job_of("cat"), completed())])
        assert [without_rule(problem).partition("picks.yaml:")[2] for problem in caught.value.problems] == [
            '2:5: picks[0]: hero/fxo is neither in the manifest nor in its lockfile (did you mean "hero/fox"?)',
            f"3:5: picks[1]: {gone} is neither in the manifest nor in its lockfile",
            (
                "4:5: picks[2]: hero/fox is neither in the manifest nor in its lockfile (hero/fox is another request now: "
                "without the fingerprint it is promoted as it is)"
            ),
            (
                "5:5: picks[3]: hero/cat is neither in the manifest nor in its lockfile "
                "(the lockfile has an orphan of this key: give its fingerprint)"
            ),
        ]

    def test_a_former_name_means_its_job_unless_another_is_called_so_now(self, picks):
        fox = entry_of(FOX, completed(), key="hero/vixen")
        found = promotion_of(picks("key: hero/vixen"), FOX, OWL, entries=[fox])
        assert [job.input["prompt"] for job in found.jobs] == ["a fox"]
        fox = entry_of(FOX, completed(), key="hero/owl")
        with pytest.raises(ManifestError) as caught:
            promotion_of(picks("key: hero/owl"), FOX, OWL, entries=[fox])
        (problem,) = caught.value.problems
        assert problem.sentence == (
            "hero/owl is what one job was called before and another is called now (give the fingerprint)"
        )
        found = promotion_of(
            picks(f"key: hero/owl, fingerprint: '{OWL.fingerprint}'"), FOX, OWL, entries=[fox]
        )
        assert [job.input["prompt"] for job in found.jobs] == ["a owl"]

    def test_a_pick_that_is_not_found_but_not_taken_either_is_no_matter(self, picks):
        assert len(promotion_of(picks("key: hero/fox, favourite: true", "key: gone"), FOX).jobs) == 1

    def test_whose_picks_these_are_is_said_where_nothing_better_is_known(self, tmp_path):
        found = picks_of(tmp_path, "manifest: autumn.yaml\npicks: [{key: zzz}]\n")
        with pytest.raises(ManifestError, match=r"these picks are of autumn\.yaml"):
            promotion_of(found, FOX)

    def test_one_job_by_key_and_by_fingerprint_is_one_origin(self, picks):
        (job,) = promotion_of(picks("key: hero/fox", f"fingerprint: '{FOX.fingerprint}'"), FOX).jobs
        assert len(job.origins) == 1

    def test_but_not_with_two_opinions(self, picks):
        found = picks("key: hero/fox, rating: 4", f"fingerprint: '{FOX.fingerprint}', rating: 3")
        with pytest.raises(ManifestError, match=r"picks\[1\]: is the same job as picks\[0\]"):
            promotion_of(found, FOX)


class TestSettings:
    def promoted(self, picks, *settings, tool_type=KLING):
        job = without_mode(tool_type=tool_type)
        return promotion_of(picks("key: hero/fox"), job, settings=settings).jobs[0].input

    def test_values_are_read_as_the_tool_wants_them(self, picks):
        found = self.promoted(picks, "duration=7", "multi_shot=false", "prompt=12", "aspect_ratio=9:16")
        assert found == {
            "prompt": "12",
            "model_mode": "standard",
            "duration": 7,
            "aspect_ratio": "9:16",
            "multi_shot": False,
        }

    def test_fields_stand_in_the_order_of_the_tool_s_page(self, picks):
        found = self.promoted(picks, "duration=7", "model_mode=pro")
        assert list(found) == ["prompt", "model_mode", "duration", "aspect_ratio", "multi_shot"]

    def test_a_value_may_hold_an_equals_sign_and_be_anything(self, picks):
        text = "a = b {{ c }}\n🦊 "
        assert self.promoted(picks, f"prompt={text}")["prompt"] == text

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            (
                "[https://a.example/b.jpg, https://a.example/c.jpg]",
                ["https://a.example/b.jpg", "https://a.example/c.jpg"],
            ),
            ('["https://a.example/b.jpg"]', ["https://a.example/b.jpg"]),
        ],
    )
    def test_a_list_is_written_as_yaml_or_json(self, picks, text, value):
        job = without_mode(tool_type="nano-banana-image-2-api")
        found = promotion_of(picks("key: hero/fox"), job, settings=[f"image_list={text}"])
        assert found.jobs[0].input["image_list"] == value

    def wrong(self, picks, *settings, tool_type="sora2-text-to-video-api"):
        with pytest.raises(PromotionError) as caught:
            self.promoted(picks, *settings, tool_type=tool_type)
        return caught.value.message.split("\n")

    def test_what_the_tool_does_not_take_is_said_in_the_catalogue_s_words_all_at_once(self, picks):
        assert self.wrong(picks, "mode=PRO", "duraton=15", "duration=ten") == [
            (
                '--set duration=ten for sora2-text-to-video-api: is the text "ten", must be a whole number: 10 or 15; '
                "SJinn may silently use 10 instead (leave it out for 10)"
            ),
            (
                '--set duraton=15: is no input of sora2-text-to-video-api, which takes "prompt", "mode", "duration", '
                '"aspect_ratio"; SJinn may silently ignore it (did you mean "duration"?)'
            ),
            (
                '--set mode=PRO for sora2-text-to-video-api: is "PRO", must be "std" or "pro"; '
                'SJinn may silently use "std" instead (did you mean "pro"?)'
            ),
        ]

    def test_a_fault_inside_a_list_says_where(self, picks):
        job = without_mode(tool_type="nano-banana-image-2-api")
        with pytest.raises(PromotionError, match=r"--set image_list=.* for .*: image_list\[1\] is \"b\""):
            promotion_of(picks("key: hero/fox"), job, settings=["image_list=[https://a.example/b.jpg, b]"])

    @pytest.mark.parametrize(
        ("setting", "message"),
        [
            ("image_list=[a", '--set image_list=[a: the list that starts here is not closed with "]"'),
            ("image_list=[.nan]", "--set image_list=[.nan]: .nan is not a number that JSON can carry"),
        ],
    )
    def test_a_value_that_cannot_be_read(self, picks, setting, message):
        job = job_of("fox", tool_type="nano-banana-image-2-api")
        with pytest.raises(PromotionError) as caught:
            promotion_of(picks("key: hero/fox"), job, settings=[setting])
        assert caught.value.message.startswith(message)

    def test_a_number_beyond_json(self, picks):
        assert self.wrong(picks, "duration=99999999999999999999") == [
            (
                "--set duration=99999999999999999999: 99999999999999999999 is beyond 9007199254740991, where JSON "
                "numbers stop being exact; a text needs quotes"
            )
        ]

    def test_a_field_that_one_of_several_tools_lacks(self, picks):
        jobs = [job_of("fox"), without_mode("owl")]
        with pytest.raises(PromotionError) as caught:
            promotion_of(picks("key: hero/fox", "key: hero/owl"), *jobs, settings=["multi_shot=true"])
        assert caught.value.message.startswith(
            "--set multi_shot=true: is no input of sora2-text-to-video-api,"
        )
        assert "\n" not in caught.value.message

    @pytest.mark.parametrize("text", ["mode", "=pro", " =pro", ""])
    def test_without_a_field_or_an_equals_sign(self, picks, text):
        with pytest.raises(UsageError, match="sets nothing"):
            self.promoted(picks, text)

    def test_a_field_twice(self, picks):
        with pytest.raises(UsageError, match="--set mode is given twice"):
            self.promoted(picks, "mode=std", "mode=pro")


class TestWhatCannotBePromoted:
    def test_an_orphan_whose_tool_or_input_is_no_longer_what_it_was(self, picks):
        old = job_of("old", tool_type="sora1-api")
        odd = job_of("odd", colour="red")
        found = picks(f"fingerprint: '{old.fingerprint}'", f"fingerprint: '{odd.fingerprint}'")
        with pytest.raises(PromotionError) as caught:
            promotion_of(found, entries=[entry_of(old, completed("a")), entry_of(odd, completed("b"))])
        first, second = caught.value.message.split("\n")
        assert first.startswith('hero/old: there is no tool "sora1-api"; there are "gpt-image-2-api", ')
        assert second.startswith("hero/odd: colour is no input of sora2-text-to-video-api")

    def test_a_price_that_is_not_known(self, picks, tmp_path):
        tool = json.loads((schema_dir() / "tools" / f"{KLING}.json").read_text())
        (tmp_path / "dear.json").write_text(json.dumps(tool | {"price": {"rule": "unknown", "text": "ask"}}))
        job = without_mode(tool_type="dear")
        with pytest.raises(PromotionError, match="hero/fox: the price of dear is not known"):
            promotion_of(picks("key: hero/fox"), job, catalog=load_catalog([tmp_path]))

    def test_many_reasons_are_cut_short(self, picks):
        jobs = [job_of(f"n{number}", colour="red") for number in range(25)]
        with pytest.raises(PromotionError) as caught:
            promotion_of(picks(*(f"key: {job.key}" for job in jobs)), *jobs)
        lines = caught.value.message.split("\n")
        assert (len(lines), lines[-1]) == (21, "and 5 more")


class TestWhatIsMade:
    def test_takes_of_one_cell_become_one_job_of_two_origins(self, picks):
        found = promotion_of(picks("key: hero/fox", "key: 'hero/fox#2'", "key: hero/owl"), FOX, FOX_2, OWL)
        assert [(job.name, [one.key for one in job.origins]) for job in found.jobs] == [
            ("hero-fox", ["hero/fox", "hero/fox#2"]),
            ("hero-owl", ["hero/owl"]),
        ]
        assert (found.credits, found.arithmetic) == (840, "2 jobs: 2 x 420")

    def test_std_and_pro_of_one_cell_both_set_to_pro_become_one_job(self, picks):
        jobs = [job_of("std"), job_of("pro", prompt="a std", mode="pro")]
        found = promotion_of(picks("key: hero/std", "key: hero/pro"), *jobs, settings=["mode=pro"])
        assert [job.name for job in found.jobs] == ["hero-pro"]
        assert found.credits == 2100

    def test_the_price_shows_its_sum(self, picks):
        jobs = [job_of("fox"), job_of("owl", mode="pro"), job_of("cat")]
        found = promotion_of(picks("key: hero/fox", "key: hero/owl", "key: hero/cat"), *jobs)
        assert found.arithmetic == "3 jobs: 1 x 2,100 + 2 x 420"
        assert promotion_of(picks("key: hero/fox"), FOX).arithmetic == "1 job: 1 x 420"

    @pytest.mark.parametrize(
        ("attempts", "is_paid"),
        [([completed()], True), ([in_doubt()], True), ([rejected()], False), ([], False)],
    )
    def test_what_was_paid_before_is_known_whichever_take_it_was(self, picks, attempts, is_paid):
        for job in (FOX, FOX_2):
            whole = job.input | {"duration": 10, "aspect_ratio": "16:9"}
            paid = job_of("fox", take=job.take, **whole)
            entries = [entry_of(paid, *attempts)] if attempts else []
            found = promotion_of(picks(f"key: '{paid.key}'"), paid, entries=entries)
            assert found.jobs[0].is_paid is is_paid
            changed = promotion_of(picks(f"key: '{paid.key}'"), paid, entries=entries, settings=["mode=pro"])
            assert not changed.jobs[0].is_paid


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("hero/fox/slow-pan/std", "hero-fox-slow-pan-pro"),
        ("std/fox/std", "std-fox-pro"),
        ("hero/fox/std#3", "hero-fox-pro"),
        ("hero/10/std", "hero-15-pro"),
        ("hero/v1.2_b", "hero-v1-2_b"),
        ("hero/füchsin", "hero-fuchsin"),
        ("hero/狐狸/std", "hero-狐狸-pro"),
        ("狐狸/猫", "狐狸-猫"),
        ("हिन्दी/ガラス/🦊", "हिन्दी-ガラス-🦊"),
        ("東" * 70, "東" * 60),
        ("?/!", "job"),
        ("", "job"),
        ("con", "job-con"),
        ("-a-/_b_", "a-b"),
        ("a" * 200, "a" * 80),
        ("x\n/{{y}}", "x-y"),
    ],
)
def test_a_group_is_named_after_the_key(key, name):
    before = {"prompt": "a", "mode": "std", "duration": 10, "list": ["std"]}
    after = {"prompt": "a", "mode": "pro", "duration": 15, "list": ["pro"]}
    assert group_name(key, before, after) == name


def test_names_are_unique(tmp_path):
    jobs = [job_of(name) for name in ("狐", "猫", "Fox", "fox", "fox-2")]
    found = promotion_of(picks_of(tmp_path, json.dumps([{"key": job.key} for job in jobs])), *jobs)
    assert [job.name for job in found.jobs] == ["hero-狐", "hero-猫", "hero-Fox", "hero-fox-3", "hero-fox-2"]


class TestTheText:
    def test_jobs_of_two_tools_name_them_and_share_what_is_equal(self, tmp_path):
        jobs = [job_of("fox"), without_mode("owl", duration=10)]
        picks = picks_of(
            tmp_path,
            json.dumps(
                [
                    {"key": "hero/fox", "rating": 4, "note": "love\u2028the\x00 light " + "very " * 40},
                    {"key": "hero/owl"},
                ]
            ),
        )
        entries = [entry_of(jobs[0], completed("task-7"))]
        found = promotion_of(picks, *jobs, entries=entries)
        assert text_of(picks, found, target="next gen.yml", run={"timeout": 60}, simulated=True) == (
            """\
# Promoted from spring.yaml (simulated) by picks.yaml: 2 of 2 picks (all, for none is marked as a favourite).
# The price: sora2batch plan 'next gen.yml' --simulate
version: 1
name: next-gen

budget:
  max_credits: 2420 # 2 jobs: 1 x 2,000 + 1 x 420

defaults:
  input:
    duration: 10
    aspect_ratio: "16:9"

run:
  timeout: 60

jobs:
  # from hero/fox, rated 4/5, simulated task task-7: love the light very very very very very very very very very very very very very very very very very…
  hero-fox:
    tool: sora2-text-to-video-api
    input:
      prompt: a fox
      mode: std

  # from hero/owl
  hero-owl:
    tool: kling3-text-to-video-api
    input:
      prompt: a owl
      model_mode: standard
      multi_shot: true
"""
        )

    def test_one_job_has_all_its_fields_to_itself(self, tmp_path):
        picks = picks_of(tmp_path, "- key: hero/fox\n")
        text = text_of(
            picks, promotion_of(picks, FOX, settings=["prompt={{ x }}"]), settings=["prompt={{ x }}"]
        )
        assert text == (
            """\
# Promoted from spring.yaml by picks.yaml: 1 of 1 pick (all, for none is marked as a favourite).
# Set for every job: prompt={{ x }}.
# The price: sora2batch plan next.yaml
version: 1
name: next
tool: sora2-text-to-video-api

budget:
  max_credits: 420 # 1 job: 1 x 420

jobs:
  # from hero/fox
  hero-fox:
    input:
      prompt: "{% raw %}{{ x }}{% endraw %}"
      mode: std
      duration: 10
      aspect_ratio: "16:9"
"""
        )

    @pytest.mark.parametrize(
        ("target", "name"),
        [
            ("a.b.yaml", "a.b"),
            ("2026.yaml", '"2026"'),
            ("-x.yaml", "x"),
            ("狐狸.yaml", "狐狸"),
            ("?.yaml", "batch"),
            ("x" * 120 + ".yaml", "x" * 64),
        ],
    )
    def test_the_batch_is_named_after_its_file(self, tmp_path, target, name):
        picks = picks_of(tmp_path, "- key: hero/fox\n")
        assert f"\nname: {name}\n" in text_of(picks, promotion_of(picks, FOX), target=target)

    def test_a_text_that_asks_for_something_else_is_never_written(self, tmp_path):
        picks = picks_of(tmp_path, "- key: hero/fox\n")
        promotion = promotion_of(picks, FOX)
        text = text_of(picks, promotion)
        path = tmp_path / "next.yaml"
        prove(text, promotion, path, load_catalog())
        for wrong in ("mode: pro", "mode: PRO", "[", "mode: std\n      image: {from: a.csv}"):
            with pytest.raises(WrongTextError):
                prove(text.replace("mode: std", wrong), promotion, path, load_catalog())
        with pytest.raises(WrongTextError, match="would not ask for what was promoted"):
            prove(text.replace("max_credits: 420", "max_credits: 421"), promotion, path, load_catalog())
        wrong = text.replace("    input:", "    matrix: {x: {from: data.csv}}\n    input:")
        with pytest.raises(WrongTextError, match=r"data\.csv"):
            prove(wrong, promotion, path, load_catalog())
