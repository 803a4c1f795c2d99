import json
from dataclasses import replace
from hashlib import sha256
from uuid import UUID

from fakes.page_case import gallery_of
from sora2batch.gallery.page.page_json import encode_gallery
from sora2batch.lockfile.entry import Attempt, Output, State


def test_the_data_hold_no_character_of_markup():
    text = "</script><!-- & -->"
    data = encode_gallery(gallery_of(text))
    assert not set("<>&") & set(data)
    assert text in json.dumps(json.loads(data))


def test_a_hundred_jobs_more_take_little_more_room():
    """Bytes a job: half of the goal, as real task ids and prompts have less in common than these."""
    (card,) = gallery_of().cards
    cards = tuple(_card(card, number) for number in range(4000))
    sizes = [len(encode_gallery(replace(gallery_of(), cards=cards[:count]))) for count in (2000, 4000)]
    assert (sizes[1] - sizes[0]) / 2000 < 250


def _card(card, number):
    key = f"hero/fox-{number // 100}/camera-{number % 100}"
    prompt = (
        f"a fox called {number // 100}, seen by camera {number % 100}. " + "All that every prompt says. " * 20
    )
    digest = sha256(key.encode()).hexdigest()
    times = [f"2026-11-{day}T{number // 60 % 24:02}:{number % 60:02}:07Z" for day in (22, 23)]
    clip = Output(path=f"{key}.mp4", sha256=digest, bytes=5_000_000 + 7 * number)
    result = Attempt(
        State.COMPLETED,
        credits=420,
        task_id=str(UUID(digest[:32])),
        submitted_at=times[0],
        finished_at=times[1],
        outputs=(clip,),
    )
    labels = (
        ("group", "hero"),
        ("subject", f"fox-{number // 100}"),
        ("camera", f"camera-{number % 100}"),
        ("take", "#1"),
    )
    return card._replace(
        key=key,
        fingerprint=f"sha256:{digest}",
        labels=labels,
        input={"prompt": prompt, "mode": "std"},
        kin=number,
        result=result,
    )
