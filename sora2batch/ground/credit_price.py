"""What a credit costs in money, and sums of credits with the money beside them.

Credits are the truth: nothing is decided by money, which is only shown.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from sora2batch.ground.canonical import JsonValue

_NO_DIGITS = frozenset(
    {
        "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV",
        "XAF", "XOF", "XPF",
    }
)  # fmt: skip
_THREE_DIGITS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
"""Currencies whose smallest unit is not a hundredth.

Source: ISO 4217.
"""


class CreditPrice(NamedTuple):
    """What one credit costs."""

    amount: Decimal
    """More than 0."""
    currency: str
    """Three capital letters of ISO 4217."""

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"

    @property
    def digits(self) -> int:
        """How many digits the currency's smallest unit has behind the point."""
        return 0 if self.currency in _NO_DIGITS else 3 if self.currency in _THREE_DIGITS else 2

    def money_for(self, credits: float) -> str:
        """Write what credits cost, rounded half up to the currency's smallest unit: ``4.54 USD``."""
        unit = Decimal(1).scaleb(-self.digits)
        exact = self.amount * Decimal(str(credits))
        money = exact.quantize(unit, rounding=ROUND_HALF_UP)
        return f"{money:,} {self.currency}" if money or not exact else f"under {unit} {self.currency}"


def priced(price: CreditPrice | None) -> dict[str, JsonValue]:
    """Make the field that a document has where it is known what a credit costs.

    The amount is a text, so that nothing is lost.
    """
    return {"credit_price": {"amount": f"{price.amount:f}", "currency": price.currency}} if price else {}


def money_beside(credits: float, price: CreditPrice | None) -> str:
    """Write the money to stand behind credits, with a blank before it; nothing without a price."""
    return f" ({price.money_for(credits)})" if price and credits else ""


def credits_in_words(credits: int, price: CreditPrice | None) -> str:
    """Write ``7,560 credits (4.54 USD)``; without a price, the credits alone."""
    return f"{credits:,} credits{money_beside(credits, price)}"
