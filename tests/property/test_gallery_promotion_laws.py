from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from fakes.building import entry_of
from fakes.lock_entry import completed
from fakes.matrix_case import MemoryTree
from fakes.promotion_case import promotion_of, text_of
from sora2batch.catalog.catalog import Catalog, load_catalog
from sora2batch.catalog.input_check import fill_defaults
from sora2batch.catalog.tool import PriceByValue, Tool
from sora2batch.gallery.promotion.proof import prove
from sora2batch.ground.job import Credits, Job, fingerprint_of
from sora2batch.ground.schema import load_schema
from sora2batch.lockfile.content import Lockfile
from sora2batch.manifest.document import parse_document
from sora2batch.manifest.load import load_manifest
from sora2batch.matrix.expand import expand
from sora2batch.picks.picks import Pick, Picks
from sora2batch.plan.make import PlanInputs, make_plan
from sora2batch.plan.selection import Selection

SHIPPED = load_catalog()


def anything_tool(tool_type: str) -> Tool:
    """A tool that takes whatever JSON can say."""
    return replace(
        SHIPPED.get("sora2-text-to-video-api"),
        tool_type=tool_type,
        input_schema={
            "type": "object",
            "properties": {
                "prompt": {"type": "string"},
                "mode": {"type": "string", "enum": ["std", "pro"], "default": "std"},
                "any": {},
                "more": {"default": [16, "9"]},
                "no": {},
            },
            "additionalProperties": False,
        },
        price=PriceByValue(field="mode", credits={"std": Credits(7), "pro": Credits(31)}),
    )


TOOLS = {tool_type: anything_tool(tool_type) for tool_type in ("any-api", "other-api")}
CATALOG = Catalog(tools=TOOLS)
TEXTS = (
    st.text(max_size=20)
    | st.text("ab {}%#:-\n\r\t\"'\\[]&*!|>,0", max_size=130)
    | st.lists(
        st.sampled_from(["{{ x }}", "{% raw %}", "{% endraw %}", "{#", " ", "fox", "\n", "🦊"]), max_size=30
    ).map("".join)
    | st.sampled_from(
        ["16:9", "no", "on", "012", "2026-11-25", "null", "~", "1e3", "0o17", "<<", "=", " a", "a ", "\n"]
    )
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
INPUTS = st.fixed_dictionaries(
    {"prompt": TEXTS},
    optional={"mode": st.sampled_from(["std", "pro"]), "any": VALUES, "more": VALUES, "no": VALUES},
)
KEYS = st.lists(
    st.sampled_from(["hero", "fox", "std", "狐狸", "con", "a.mp4", "10", "-", "#2"]) | st.text(max_size=8),
    min_size=1,
    max_size=4,
)


@st.composite
def jobs(draw):
    """Up to six jobs with unlike requests, which may be takes of each other, and unlike keys."""
    found: dict[str, Job] = {}
    for number in range(draw(st.integers(1, 6))):
        tool_type, request = draw(st.sampled_from(list(TOOLS))), draw(INPUTS)
        key, take = "/".join(draw(KEYS)), draw(st.integers(1, 2))
        if found and draw(st.booleans()):
            known = draw(st.sampled_from(list(found.values())))
            tool_type, request = known.tool_type, known.input
        job = Job(
            key=f"{key}/{number}",
            group=key,
            labels=(),
            tool_type=tool_type,
            take=take,
            input=request,
            fingerprint=fingerprint_of(tool_type, request, take),
            credits=Credits(7),
            filename=key,
        )
        found.setdefault(job.fingerprint, job)
    return list(found.values())


OPINIONS = st.fixed_dictionaries({"rating": st.none() | st.integers(3, 5), "note": TEXTS})


def picks_for(chosen, opinions):
    entries = [Pick(fingerprint=job.fingerprint, **one) for job, one in zip(chosen, opinions, strict=False)]
    return Picks(document=parse_document(b"[]", file="picks.yaml"), manifest=None, picks=tuple(entries))


@given(jobs(), st.lists(OPINIONS, min_size=6, max_size=6), st.booleans(), st.booleans(), TEXTS)
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_the_next_manifest_asks_for_exactly_what_was_promoted(found, opinions, is_orphaned, is_set, prompt):
    picks = picks_for(found, opinions)
    entries = (
        [entry_of(job, completed(f"t{number}")) for number, job in enumerate(found)] if is_orphaned else []
    )
    given_settings = ["mode=pro", f"prompt={prompt}"] if is_set else []
    promotion = promotion_of(
        picks, *([] if is_orphaned else found), entries=entries, settings=given_settings, catalog=CATALOG
    )
    text = text_of(picks, promotion, settings=given_settings)
    prove(text, promotion, Path("next.yaml"), CATALOG)

    tree = MemoryTree({"next.yaml": text})
    manifest = load_manifest(Path("next.yaml"), tree=tree)
    expansion = expand(manifest, CATALOG, tree)
    assert [same(job.input) for job in expansion.jobs] == [same(job.input) for job in promotion.jobs]
    changed = {"mode": "pro", "prompt": prompt} if is_set else {}
    for job in promotion.jobs:
        for origin in job.origins:
            sent = fill_defaults(TOOLS[origin.tool_type], origin.input | changed)
            assert (origin.tool_type, same(sent)) == (job.tool_type, same(job.input))
    assert sum(len(job.origins) for job in promotion.jobs) == len(found)
    assert manifest.max_credits == sum(job.credits for job in expansion.jobs) == promotion.credits

    basis = PlanInputs(
        manifest="next.yaml",
        jobs=expansion.jobs,
        lockfile=Lockfile(manifest=""),
        budget=manifest.max_credits,
        selection=Selection(),
        notices=(),
    )
    money = make_plan(basis, lambda _: None).money
    assert (money.within_budget, money.remaining, money.to_spend) == (True, 0, promotion.credits)


def same(request):
    return json.dumps(request, sort_keys=True)


@given(jobs(), st.lists(OPINIONS, min_size=6, max_size=6))
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_the_text_is_the_same_each_time_and_has_nothing_invisible(found, opinions):
    picks = picks_for(found, opinions)
    text = text_of(picks, promotion_of(picks, *found, catalog=CATALOG))
    assert text == text_of(picks, promotion_of(picks, *found, catalog=CATALOG))
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert all(line.isprintable() and not line.endswith(" ") for line in text.split("\n"))


@given(jobs())
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_names_are_good_names_and_unique_whatever_the_keys(found):
    picks = picks_for(found, [{}] * 6)
    names = [job.name for job in promotion_of(picks, *found, catalog=CATALOG).jobs]
    rule = load_schema("manifest-structure.schema.json")["properties"]["jobs"]["propertyNames"]
    assert all(re.search(rule["pattern"], name) and len(name) <= rule["maxLength"] for name in names)
    assert len({name.casefold() for name in names}) == len(names)


@given(jobs(), st.randoms())
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_the_price_does_not_hang_on_the_order_of_picks(found, random):
    assume(len(found) > 1)
    shuffled = random.sample(found, len(found))
    one, other = (
        promotion_of(picks_for(some, [{}] * 6), *found, catalog=CATALOG) for some in (found, shuffled)
    )
    assert one.credits == other.credits
    assert {job.fingerprint for job in one.jobs} == {job.fingerprint for job in other.jobs}
