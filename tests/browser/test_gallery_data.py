"""What the page's script reads out of its data is what was meant, card by card."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from fakes.page_case import gallery_of
from fakes.page_data import meant
from sora2batch.gallery.page import html
from sora2batch.gallery.page.card import Axis, Change, SentFile, Wait
from sora2batch.gallery.page.page_json import encode_gallery
from sora2batch.lockfile.entry import Attempt, ErrorNote, Output, State

SCRIPTS = Path(html.__file__).parent / "assets/js"
FIELDS = (
    *("key", "fingerprint", "labels", "tool", "input", "kin", "price", "spent"),
    *("take", "result", "alsoPaid", "isOrphan", "isPast", "change", "needs"),
)
READ = """(source) => new Function(`${source}
  const told = (card) => ({
    ...Object.fromEntries(FIELDS.map((name) => [name, card[name]])),
    before: card.before && told(card.before),
    also: { clips: card.clips, state: card.state, seconds: card.seconds, sources: card.sources, cost: card.cost, error: card.error, looks: card.looks, searched: searchTextOf(card), index: card.index,
      places: BATCH.axes.map(({ name }) => placeOf(card, name)), aspect: aspectOf(card) },
  });
  return JSON.stringify(BATCH.cards.map(told));`)()"""


@pytest.fixture
def read(browser):
    """Read a gallery with the page's own scripts, and nothing else of the page."""
    page = browser.new_page()

    def read(gallery):
        page.evaluate(
            """(text) => document.body.replaceChildren(Object.assign(document.createElement('script'), {type: 'application/json', id: 'data', textContent: text}))""",
            encode_gallery(gallery),
        )
        names = ("text", "look", "columns", "cards", "batch")
        sources = [(SCRIPTS / f"{name}.js").read_text() for name in names]
        return json.loads(page.evaluate(READ, "\n".join([*sources, f"const FIELDS = {json.dumps(FIELDS)};"])))

    yield read
    page.close()


def card_of(number):
    """Cards of every kind: two tools, takes, orphans, files, errors, several clips, hostile texts."""
    (plain,) = gallery_of().cards
    subject, camera, take = (
        ("fox", "Füchsin 🦊", "</script>")[number % 3],
        f"c{number // 3 % 90}",
        1 + number % 2,
    )
    key = f"hero/{subject}/{camera}" + (f"#{take}" if take > 1 else "")
    clip = Output(
        path=f"{key}.mp4",
        sha256="0" * 64,
        bytes=number,
        look=(("black", "all of it"),) * (number % 8 == 0),
    )
    other = Output(path=f".former/{number}.png", sha256="0" * 64)
    state = (State.COMPLETED, State.FAILED, State.IN_DOUBT, State.SUBMITTED)[number % 4]
    result = Attempt(
        state,
        credits=420 * (number % 2),
        task_id=f"{number:08x}-task" if state.has_task else None,
        submitted_at=f"2026-11-22T09:00:{number % 60:02}Z",
        finished_at=f"2026-11-22T09:03:{number % 60:02}Z" if number % 5 else None,
        error=ErrorNote(code=number, message="no <b>") if number % 4 == 1 else None,
        outputs=((clip,), (clip, other), (Output(),), ())[number % 7 % 4],
    )
    prompt = f"{subject} filmed by {camera}, in the snow, at dawn, with a long lens. 日本 \u2028 campaign."
    return plain._replace(
        key=key,
        fingerprint=None if number % 12 == 5 else f"sha256:{number:064x}",
        labels=(
            ("group", "hero"),
            ("subject", subject),
            *((("constructor", camera),) * (number % 5 > 0)),
            ("take", f"#{take}"),
        ),
        take=take,
        tool_type=("t", "u")[number % 2],
        input={"prompt": prompt, "aspect_ratio": "9:16"}
        if number % 2
        else {"image": ["a.jpg"], "prompt": prompt, "n": number},
        kin=number - number % 3,
        files=(("image", SentFile("a.jpg", "0" * 64, "a.jpg")),) * (number % 3 == 0),
        result=None if number % 6 == 5 else result,
        also_paid=(result,) * (number % 9 == 1),
        is_orphan=number % 10 == 9,
        change=(None, Change.REPLACED, Change.SAME)[number % 3],
        before=card_of(number + 7) if number % 30 == 1 else None,
        needs=(f"stills/{number // 4}", "stills/a") if number % 4 == 2 else (),
        wait=waits(number) if number % 12 == 5 else None,
    )


def waits(number):
    return Wait(f"needs stills/{number}", is_blocked=number % 24 == 5)


def test_every_card_is_read_as_it_was_meant(read):
    gallery = replace(
        gallery_of(),
        cards=tuple(map(card_of, range(2200))),
        axes=(Axis(name="subject", labels=("fox", "Füchsin 🦊", "</script>")),),
    )
    found, wanted = read(gallery), meant(gallery)
    for number, (card, told) in enumerate(zip(found, wanted, strict=True)):
        also = card["also"]
        check(card, told)
        assert (also["index"], also["places"]) == (number, [number % 3])


def check(card, told):
    also = card.pop("also")
    former, was = card.pop("before", None), told.pop("before", None)
    assert (former is None) is (was is None)
    if former:
        check(former, was)
    wait = told.pop("wait", None)
    files = [{"field": field, **file} for field, file in told.pop("files", [])]
    assert [{name: sent[name] for name in sent if name != "kind"} for sent in also["sources"]] == files
    assert card == {"take": 1, "alsoPaid": [], "isOrphan": False, "isPast": False, "needs": []} | told
    result = told.get("result", {})
    clips = [clip for clip in result.get("clips", []) if "href" in clip]
    assert [{name: clip[name] for name in clip if name != "kind"} for clip in also["clips"]] == clips
    assert also["state"] == state_of(told, clips, wait)
    assert also["cost"] == (told["spent"] if result else told["price"])
    assert also["looks"] == [[*look] for clip in clips[:1] for look in clip.get("look", {}).items()]
    assert also["error"] == result.get("error")
    assert also["aspect"] == (0.5625 if "aspect_ratio" in told["input"] else None)
    is_timed = "finishedAt" in result and also["state"] != "in_doubt"
    assert also["seconds"] == (180 if is_timed else None)
    for text in (told["key"], told["input"]["prompt"], result.get("taskId", ""), wait[0] if wait else ""):
        assert text.lower() in also["searched"]


def state_of(told, clips, wait):
    if "result" not in told:
        waiting = wait and ("blocked" if wait[1] else "waiting")
        return "dropped" if told.get("isOrphan") else (waiting or "pending")
    state = told["result"]["state"]
    return "no_file" if state == "completed" and not clips else state


def test_a_gallery_without_cards_is_read(read):
    assert read(replace(gallery_of(), cards=())) == []
