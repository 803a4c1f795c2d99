"""What a client says of its batch, and the row that is made of it: the last word counts."""

from __future__ import annotations

from dataclasses import dataclass

import orjson
from psycopg import AsyncConnection

from sora2batch.fleet.tables.batch_row import CHECK, options_to_json
from sora2batch.fleet.tables.repository_row import resolve_repository
from sora2batch.ground.errors import UsageError
from sora2batch.ground.job import Credits
from sora2batch.manifest.model import RunOptions

_ACCOUNT = "insert into account (name) values (%(account)s) on conflict do nothing"
_MAKE = """
    insert into batch (repository, manifest, account, budget, options, fail_fast, store_url, public_url)
    values (%(repository)s, %(manifest)s, %(account)s, %(budget)s, %(options)s::jsonb, %(fail_fast)s,
        %(store_url)s, %(public_url)s)
    on conflict do nothing
"""
_FIND = "select id, account from batch where repository = %(repository)s and manifest = %(manifest)s"
_STRANDED = """
    select account, count(*) from attempt
    where batch = %(batch)s and account <> %(account)s and state in ('reserved', 'sending', 'in_doubt')
    group by account order by account limit 1
"""
_UPDATE = """
    update batch set account = %(account)s, budget = %(budget)s, options = %(options)s::jsonb,
        fail_fast = %(fail_fast)s, store_url = %(store_url)s, public_url = %(public_url)s,
        stop_reason = null, stop_message = null
    where id = %(batch)s
"""
_GO_ON = """
    update account set stop_reason = null, stop_message = null
    where name = %(account)s and stop_reason is not null
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchTerms:
    """How a batch is to be carried out, by whoever runs it now."""

    aliases: tuple[str, ...]
    """Of its repository."""
    manifest: str
    """The manifest's path in there."""
    account: str
    """Who pays: ``HOST/IDENTITY``."""
    budget: Credits
    options: RunOptions
    fail_fast: bool = False
    checks: bool = True
    """Whether workers look at finished files."""
    store_url: str | None = None
    public_url: str | None = None
    reserved_by: str = ""
    """Who asks, for people: ``anna@box``."""


async def find_or_make_batch(connection: AsyncConnection, terms: BatchTerms) -> int:
    """Find the row of a batch by its repository's aliases, or make it; hand out its id.

    Raises:
        UsageError: the aliases are those of two repositories, or another account has reserved for it.
    """
    given = _given(terms) | {"repository": await resolve_repository(connection, terms.aliases)}
    await connection.execute(_ACCOUNT, given)
    await connection.execute(_MAKE, given)
    row = await (await connection.execute(_FIND, given)).fetchone()
    assert row is not None
    batch = int(row[0])
    if row[1] != terms.account:
        await _refuse_stranded(connection, terms, batch)
    return batch


async def take_over(connection: AsyncConnection, terms: BatchTerms, batch: int) -> None:
    """Lock the row of a batch until the transaction ends, and write the terms; no stop counts any more."""
    given = _given(terms) | {"batch": batch}
    await connection.execute(_UPDATE, given)
    await connection.execute(_GO_ON, given)


async def _refuse_stranded(connection: AsyncConnection, terms: BatchTerms, batch: int) -> None:
    given = {"batch": batch, "account": terms.account}
    row = await (await connection.execute(_STRANDED, given)).fetchone()
    if row:
        cancel = f"sora2batch fleet cancel {terms.manifest}"
        raise UsageError(
            f"{terms.manifest}: {row[1]:,} of its jobs are reserved, or in doubt, for the account {row[0]}, "
            f"and this key is that of {terms.account}",
            hint=f"use that account's key; or, with it, `{cancel}` and `fleet settle` first",
        )


def _given(terms: BatchTerms) -> dict[str, object]:
    return {
        "manifest": terms.manifest,
        "account": terms.account,
        "budget": terms.budget,
        "options": orjson.dumps(options_to_json(terms.options) | {CHECK: terms.checks}).decode(),
        "fail_fast": terms.fail_fast,
        "store_url": terms.store_url,
        "public_url": terms.public_url,
    }
