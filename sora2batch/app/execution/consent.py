"""What must be so before a run may begin: it can be paid, it can be kept, and somebody has agreed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from sora2batch.app.backend.connection import find_access, find_endpoint
from sora2batch.app.backend.payer import Payer
from sora2batch.app.batch.batch import Batch
from sora2batch.app.config.settings import images_above_for
from sora2batch.app.execution.input_means import check_inputs
from sora2batch.app.execution.request import RunRequest
from sora2batch.app.execution.spending import Spending, left_waiting, spending_of
from sora2batch.app.execution.storage_check import check_keeping
from sora2batch.app.output.output import RunDisplay
from sora2batch.app.planning.planning import check_account, check_plan, outlook_for
from sora2batch.app.preflight import check_before_paying
from sora2batch.ground.clock import SystemClock
from sora2batch.ground.credit_price import CreditPrice
from sora2batch.ground.errors import Sora2BatchError, UsageError
from sora2batch.ground.job import Fingerprint
from sora2batch.ground.option_words import option
from sora2batch.ground.stop_reason import StopReason
from sora2batch.lockfile.entry import Seen
from sora2batch.plan.action import Action, Plan
from sora2batch.plan.budget import check_charges
from sora2batch.plan.host import check_host
from sora2batch.plan.outlook import Outlook
from sora2batch.plan.render_text import money_line, totals_line, warning_lines
from sora2batch.run.stages import Stages, asks_the_api
from sora2batch.sjinn.secret import load_key

_CHARGES_COUNT_FOR = timedelta(days=1)


class DeclinedError(Sora2BatchError):
    """Whoever was asked said no, or Ctrl-C; nothing was sent."""

    exit_code = StopReason.DECLINED.exit_code


class Agreement(NamedTuple):
    """What was found out before somebody agreed."""

    payer: Payer
    seen_inputs: Mapping[Fingerprint, Seen]
    """What was there at the URLs of inputs; nothing where nobody looked."""


def agree(batch: Batch, plan: Plan, request: RunRequest) -> Agreement:
    """Show the sums, refuse what cannot be paid, and ask whoever is there.

    Intents are stamped with the payer's clock. It is the API's where anything is to be submitted: the first
    call's intent, too, must not be stamped by a machine whose clock is wrong.

    Raises:
        Sora2BatchError: the plan must not, or cannot, be carried out; nothing was sent.
    """
    outlook = outlook_for(batch, plan, batch.run_options(request.concurrency))
    for line in _announced(plan, outlook, request.stages):
        request.printer.info(line)
    for line in warning_lines(replace(plan, notices=request.told.new(plan.notices, batch.catalog))):
        request.printer.info(line)
    if told := left_waiting(plan, request):
        request.printer.info(f"notice: {told}")
    spending = spending_of(plan, request)
    if spending.is_any:
        check_plan(batch, plan)
        check_charges(plan, batch.catalog, since=SystemClock().now() - _CHARGES_COUNT_FOR)
        check_inputs(batch, spending.jobs, request.printer)
    check_means(batch, plan, request)
    if not batch.simulated and load_key(os.environ):
        endpoint = find_endpoint(os.environ)
        check_host(plan, endpoint.host, variable=endpoint.origin)
    if spending.is_any:
        check_keeping(batch, spending.jobs, request)
    if not spending.is_any or batch.simulated:
        return Agreement(Payer(clock=SystemClock()), {})
    return _pay(batch, plan, spending, request, outlook.credit_price)


def _announced(plan: Plan, outlook: Outlook, stages: Stages) -> Iterator[str]:
    """Say what is about to be done; of money and time only where something may be submitted."""
    if stages is Stages.DOWNLOAD:
        yield f"{plan.manifest}: {plan.counts[Action.DOWNLOAD]:,} to download"
        return
    yield f"{plan.manifest}: {totals_line(plan)}"
    yield money_line(plan, outlook.credit_price)
    if Stages.WAIT in stages and outlook.time_line:
        yield outlook.time_line


def _pay(
    batch: Batch, plan: Plan, spending: Spending, request: RunRequest, price: CreditPrice | None
) -> Agreement:
    payer = check_account(plan)
    _tell_balance(payer, spending, request.printer)
    looks_at_urls = request.looks_at_urls and spending.credits > images_above_for(batch.manifest)
    seen = check_before_paying(
        batch, spending.known_jobs, request.printer, looks_at_urls=looks_at_urls, is_strict=request.is_strict
    )
    if not request.agreed and not request.printer.confirm(spending.question(price)):
        raise DeclinedError(f"{plan.manifest}: not agreed to; nothing was sent")
    return Agreement(payer, seen)


def _tell_balance(payer: Payer, spending: Spending, printer: RunDisplay) -> None:
    """Say where the account pays what is submitted now, but not all that may come later."""
    if payer.balance is None or payer.balance >= spending.credits:
        return
    lacks = spending.credits - max(0, int(payer.balance))
    printer.info(
        f"notice: the account has {max(0, int(payer.balance)):,} credits, {lacks:,} fewer than the "
        f"{spending.credits:,} that all of it costs: the run stops when they are used up"
    )


def check_means(batch: Batch, plan: Plan, request: RunRequest) -> None:
    """Look for the key and for somebody to ask before any of them is needed.

    Raises:
        UsageError: the key is missing, or nobody is there to ask and --yes was not given.
    """
    if batch.simulated:
        return
    spending = spending_of(plan, request)
    if spending.is_any or asks_the_api(plan, request.stages):
        find_access(os.environ, can_simulate=not batch.is_shared)
    if spending.is_any and not request.agreed and not request.printer.can_ask:
        raise UsageError(
            f"{plan.manifest}: this would spend {spending.words} and nobody is there to ask",
            hint=f"say {option('yes', True)} if that is what you want",
        )
