-- The first schema. Every moment that decides anything is the database's own.

-- A git repository, by all names that clones know it by.
create table repository (
    id bigint generated always as identity primary key
);
create table repository_alias (
    alias text primary key,
    repository bigint not null references repository
);

-- Who pays, and the one lane in which tasks are created for it. Its name is the API's host and a hash of whose it is.
create table account (
    name text primary key,
    month_budget bigint check (month_budget >= 0),       -- credits a calendar month, in UTC; null: no limit
    paused_until timestamptz,                            -- the API asked for it, or cannot be reached
    pause_reason text,
    stop_reason text,                                    -- a name of StopReason: nothing is sent until a person acts
    stop_message text,
    lane_worker bigint,                                  -- who may create tasks now
    lane_until timestamptz not null default '-infinity',
    history text,                                        -- of the database when the lane last worked: a fail-over changes it
    failover_at timestamptz,                             -- when that was noticed, until it is dealt with
    unexplained jsonb not null default '[]'              -- tasks in the ledger that a fail-over has made everybody forget
);

-- Which history this database goes on with: a standby that was promoted has another timeline, a copy another system,
-- a dump that was read in other tables.
create function current_history() returns text language sql stable as $$
    select coalesce(
        case when has_function_privilege('pg_control_system()', 'execute')
            then (select system_identifier::text from pg_control_system()) end, '?'
    ) || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8) || '/' || 'account'::regclass::oid
$$;

create table month_spending (
    account text not null references account,
    month date not null,
    charged bigint not null default 0,
    reserved bigint not null default 0,
    in_doubt bigint not null default 0,
    primary key (account, month)
);
-- Prices that a row of the API's ledger has shown to be what the catalogue says.
create table proven_price (
    account text not null references account,
    tool_type text not null,
    credits bigint not null,
    proven_at timestamptz not null default now(),
    primary key (account, tool_type, credits)
);

create table worker (
    id bigint generated always as identity primary key,
    account text not null references account,
    host text not null,
    pid integer not null,
    lanes text[] not null,
    version text not null,
    started_at timestamptz not null default now(),
    beat_at timestamptz not null default now(),
    ended_at timestamptz                                 -- it said goodbye
);
create index worker_alive on worker (account, beat_at) where ended_at is null;

create table batch (
    id bigint generated always as identity primary key,
    repository bigint not null references repository,
    manifest text not null,                              -- its path in the repository
    account text not null references account,
    budget bigint not null check (budget >= 0),
    charged bigint not null default 0,
    reserved bigint not null default 0,
    in_doubt bigint not null default 0,
    options jsonb not null,                              -- run: concurrency, submit_concurrency, submit_rate, …
    fail_fast boolean not null default false,
    store_url text,                                      -- without signatures or keys
    public_url text,
    stop_reason text,                                    -- a name of StopReason: what ended its submitting
    stop_message text,
    ended bigint not null default 0,                     -- tasks that were seen to end: who submits learns of room by it
    created_at timestamptz not null default now(),
    unique (repository, manifest)
);

create table job (
    id bigint generated always as identity primary key,
    batch bigint not null references batch,
    fingerprint text not null,
    key text not null,
    tool_type text not null,
    take integer not null,
    input text not null,                                 -- canonical JSON
    needs text[] not null default '{}',
    credits bigint not null,
    filename text not null,
    expected_seconds double precision not null default 0,
    files jsonb not null default '{}',                   -- by sha256: what each file of the input is, and who made it
    seen jsonb not null default '{}',                    -- what a look at the URLs of the input found
    unique (batch, fingerprint)
);

-- A reservation, then a call, then a task. At most one of a job is reserved or sent, and none while one is in doubt,
-- open or done.
create table attempt (
    id bigint generated always as identity primary key,
    job bigint not null references job,
    batch bigint not null references batch,
    account text not null references account,
    position bigint not null default 0,                  -- the order of submission in its batch
    number integer not null default 1,
    trial integer not null default 1,
    state text not null check (state in (
        'reserved', 'sending', 'submitted', 'completed', 'failed', 'rejected', 'in_doubt', 'withdrawn')),
    credits bigint not null check (credits >= 0),
    month date not null default date_trunc('month', now() at time zone 'UTC')::date,
    task_id text,
    line text,                                           -- as a journal has it; null before the call
    imported boolean not null default false,             -- from somebody's lockfile: not made by the fleet
    reserved_by text,
    worker bigint,                                       -- who sends, or sent, the call
    sent_at timestamptz,
    charge_checked boolean not null default false,       -- compared with the ledger's row
    poll_due timestamptz,
    poll_deadline timestamptz,
    troubles integer not null default 0,
    media text check (media in ('todo', 'done', 'failed')),
    media_error text,
    changed_at timestamptz not null default now()
);
create unique index attempt_call on attempt (job, number, trial, coalesce(task_id, '')) where line is not null;
create unique index attempt_one_call on attempt (job) where state in ('reserved', 'sending');
create index attempt_job on attempt (job);
create index attempt_task on attempt (task_id) where task_id is not null;
create index attempt_reserved on attempt (batch, position, id) where state = 'reserved';
create index attempt_sending on attempt (worker) where state = 'sending';
create index attempt_open on attempt (account, poll_due) where state = 'submitted';
create index attempt_unchecked on attempt (account) where task_id is not null and not charge_checked and not imported;
create index attempt_media on attempt (account) where media = 'todo';
create index attempt_batch on attempt (batch, changed_at);

-- The sums of a batch and of a month follow the attempts, whatever statement moves them. A reservation is counted by
-- the conditional update that makes it, before its row is written.
create function bucket(state text) returns text language sql immutable as $$
    select case
        when state in ('reserved', 'sending') then 'reserved'
        when state = 'in_doubt' then 'in_doubt'
        when state in ('submitted', 'completed', 'failed') then 'charged'
    end
$$;

create function count_moved_attempts() returns trigger language plpgsql as $$
begin
    with moves as (
        select batch, account, month, bucket(state) as bucket, credits, 0 as ended from new_rows
        union all
        select batch, account, month, bucket(state), -credits, 0 from old_rows
        union all
        select n.batch, n.account, n.month, null, 0, 1 from new_rows n join old_rows o using (id)
        where o.state = 'submitted' and n.state in ('completed', 'failed')
    ), sums as (
        select batch, account, month,
            coalesce(sum(credits) filter (where bucket = 'charged'), 0) as charged,
            coalesce(sum(credits) filter (where bucket = 'reserved'), 0) as reserved,
            coalesce(sum(credits) filter (where bucket = 'in_doubt'), 0) as in_doubt,
            sum(moves.ended) as ended
        from moves group by batch, account, month
    ), batches as (
        update batch set
            charged = batch.charged + s.charged,
            reserved = batch.reserved + s.reserved,
            in_doubt = batch.in_doubt + s.in_doubt,
            ended = batch.ended + s.ended
        from (
            select sums.batch, sum(charged) as charged, sum(reserved) as reserved, sum(in_doubt) as in_doubt,
                sum(ended) as ended
            from sums group by sums.batch
        ) as s
        where batch.id = s.batch and (s.charged <> 0 or s.reserved <> 0 or s.in_doubt <> 0 or s.ended <> 0)
    )
    insert into month_spending (account, month, charged, reserved, in_doubt)
    select account, month, sum(charged), sum(reserved), sum(in_doubt) from sums
    group by account, month
    having sum(charged) <> 0 or sum(reserved) <> 0 or sum(in_doubt) <> 0
    on conflict (account, month) do update set
        charged = month_spending.charged + excluded.charged,
        reserved = month_spending.reserved + excluded.reserved,
        in_doubt = month_spending.in_doubt + excluded.in_doubt;
    return null;
end
$$;
create trigger attempt_moved after update on attempt
    referencing old table as old_rows new table as new_rows
    for each statement execute function count_moved_attempts();

create function count_new_attempts() returns trigger language plpgsql as $$
begin
    with moves as (
        select batch, account, month, bucket(state) as bucket, credits from new_rows
        where bucket(state) in ('charged', 'in_doubt')
    ), batches as (
        update batch set charged = batch.charged + s.charged, in_doubt = batch.in_doubt + s.in_doubt
        from (
            select batch as id, coalesce(sum(credits) filter (where bucket = 'charged'), 0) as charged,
                coalesce(sum(credits) filter (where bucket = 'in_doubt'), 0) as in_doubt
            from moves group by batch
        ) as s where batch.id = s.id
    )
    insert into month_spending (account, month, charged, in_doubt)
    select account, month, coalesce(sum(credits) filter (where bucket = 'charged'), 0),
        coalesce(sum(credits) filter (where bucket = 'in_doubt'), 0)
    from moves group by account, month
    on conflict (account, month) do update set
        charged = month_spending.charged + excluded.charged,
        in_doubt = month_spending.in_doubt + excluded.in_doubt;
    return null;
end
$$;
create trigger attempt_added after insert on attempt
    referencing new table as new_rows
    for each statement execute function count_new_attempts();
