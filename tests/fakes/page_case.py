"""A gallery of one card, for pages."""

from __future__ import annotations

from sora2batch.gallery.page.card import Card, Gallery
from sora2batch.gallery.page.link import Links
from sora2batch.ground.job import Credits, Fingerprint
from sora2batch.plan.action import Money


def gallery_of(prompt: str = "a fox", name: str = "show") -> Gallery:
    card = Card(
        key="hero/fox",
        fingerprint=Fingerprint("sha256:0"),
        labels=(("group", "hero"),),
        tool_type="t",
        take=1,
        input={"prompt": prompt},
        kin=0,
        price=Credits(1),
    )
    money = Money(budget=Credits(1000), spent=Credits(0), in_doubt=Credits(0), to_spend=Credits(0))
    return Gallery(
        manifest="show.yaml",
        name=name,
        simulated=False,
        links=Links(base=("out",)),
        axes=(),
        cards=(card,),
        money=money,
    )
