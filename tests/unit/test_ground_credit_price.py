from __future__ import annotations

from decimal import Decimal

import pytest

from sora2batch.ground.credit_price import CreditPrice, credits_in_words, money_beside, priced

DOLLARS = CreditPrice(Decimal("0.0006"), "USD")


@pytest.mark.parametrize(
    ("amount", "currency", "credits", "money"),
    [
        ("0.0006", "USD", 7560, "4.54 USD"),
        ("0.0006", "USD", 21_000, "12.60 USD"),
        ("0.005", "USD", 1, "0.01 USD"),  # half up, where rounding to even says 0.00
        ("0.0006", "USD", 3, "under 0.01 USD"),
        ("0.0006", "USD", 0, "0.00 USD"),
        ("0.09", "JPY", 7560, "680 JPY"),
        ("0.0002", "KWD", 7560, "1.512 KWD"),
        ("0.0006", "USD", 10**15, "600,000,000,000.00 USD"),
        ("0.0006", "USD", -7560, "-4.54 USD"),
    ],
)
def test_money_is_rounded_half_up_to_the_smallest_unit_of_its_currency(amount, currency, credits, money):
    assert CreditPrice(Decimal(amount), currency).money_for(credits) == money


def test_money_stands_beside_credits_where_there_is_a_price_and_any_credits():
    assert credits_in_words(7560, DOLLARS) == "7,560 credits (4.54 USD)"
    assert credits_in_words(7560, None) == "7,560 credits"
    assert (money_beside(0, DOLLARS), money_beside(7560, None)) == ("", "")


def test_programs_get_the_price_itself_as_a_text():
    assert priced(DOLLARS) == {"credit_price": {"amount": "0.0006", "currency": "USD"}}
    assert priced(None) == {}
    assert str(CreditPrice(Decimal("1E-7"), "USD")) == "0.0000001 USD"
