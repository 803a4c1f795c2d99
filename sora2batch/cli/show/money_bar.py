"""The credits against the budget."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from sora2batch.ground.credit_price import CreditPrice, money_beside
from sora2batch.plan.action import Money

_WIDEST = 40
_SIGNS = "█▓░·"
_PLAIN_SIGNS = "#?-."


def money_lines(money: Money, console: Console, price: CreditPrice | None = None) -> Iterator[Text]:
    """Draw a bar of what is spent, in doubt, to spend and left, and say the same in words."""
    is_plain = not console.encoding.startswith("utf")
    yield Text.assemble(
        ("credits ", "bold"), _bar(money, console.width - 8, _PLAIN_SIGNS if is_plain else _SIGNS)
    )
    doubt = f" (of it {money.in_doubt:,} in doubt)" if money.in_doubt else ""
    after = f"{money.remaining:,} left" if money.within_budget else f"{-money.remaining:,} over the budget"
    plans = (
        f"{money.to_spend:,} to spend{money_beside(money.to_spend, price)}, then {after}"
        if money.to_spend
        else after
    )
    spent = f"{money.spent:,} of {money.budget:,} spent{money_beside(money.spent, price)}"
    words = f"{spent}{doubt}; {plans}{money_beside(abs(money.remaining), price)}"
    yield Text(words, style="" if money.within_budget else "bold red")


def _bar(money: Money, room: int, signs: str) -> Text:
    width = max(4, min(_WIDEST, room))
    whole = max(money.budget, money.spent + money.to_spend, 1)
    parts = (
        (money.spent - money.in_doubt, "green"),
        (money.in_doubt, "yellow"),
        (money.to_spend, "cyan"),
        (max(0, money.remaining), "dim"),
    )
    bar = Text()
    total = drawn = 0
    for (credits, style), sign in zip(parts, signs, strict=True):
        total += credits
        end = _cells(total, whole, width)
        bar.append(sign * (end - drawn), style=style)
        drawn = end
    return bar


def _cells(credits: int, whole: int, width: int) -> int:
    """Round to cells; what is more than nothing is seen."""
    return min(width, -(-credits * width // whole))
