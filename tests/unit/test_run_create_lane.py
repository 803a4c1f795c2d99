from __future__ import annotations

from fakes.rig import job_of
from sora2batch.run.create_lane import Price, ProvenPrices, price_of


def test_a_price_is_told_once_when_it_is_proven():
    told: list[Price] = []
    known, other = price_of(job_of("fox")), price_of(job_of("owl", price=2100))
    prices = ProvenPrices([known], told.append)
    assert known in prices
    assert other not in prices
    prices.prove(known)
    prices.prove(other)
    prices.prove(other)
    assert other in prices
    prices.assume(price_of(job_of("elk", price=1)))
    assert price_of(job_of("elk", price=1)) in prices
    assert told == [other]


def test_each_price_has_a_turn_of_its_own():
    prices = ProvenPrices()
    cheap, dear = price_of(job_of("fox")), price_of(job_of("owl", price=2100))
    assert prices.turn(cheap) is prices.turn(cheap)
    assert prices.turn(cheap) is not prices.turn(dear)
