"""How a settlement is shown."""

from __future__ import annotations

from fakes.ledger_api import doubt_of_call, ledger_task
from sora2batch.app.settlement import Settlement, print_settlement
from sora2batch.reconcile.charge import Audit
from sora2batch.reconcile.finding import Ambiguous


class Lines:
    """Keeps what is printed."""

    def __init__(self):
        self.told = []

    def output(self, line):
        self.told.append(line)


def shown(*candidates):
    finding = Ambiguous(doubt=doubt_of_call(), candidates=candidates)
    audit = Audit(checked=0, differences=(), unlisted=())
    lines = Lines()
    print_settlement(
        "m.yaml", Settlement(adopted=(), released=(), findings=(finding,), audit=audit), lines, None
    )
    return lines.told


def test_all_tasks_that_fit_are_shown_and_a_few_of_the_others():
    fitting = [ledger_task(f"fit-{number}", 1) for number in range(5)]
    others = [ledger_task(f"far-{number}", 10_000) for number in range(7)]
    told = shown(*fitting, *others)
    assert sum("; fits" in line for line in told) == 5
    assert sum("does not fit in price or time" in line for line in told) == 3
    assert "  and 4 more, of which none fits" in told
    assert not any("more, of which" in line for line in shown(*fitting, *others[:3]))
