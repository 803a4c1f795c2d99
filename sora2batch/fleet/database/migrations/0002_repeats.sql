-- How many tasks of a batch in a row have failed for the same cause: whoever polls counts, for all workers together.
alter table batch
    add column failed_cause text[],                      -- as repeat_limit has it: code and words
    add column failed_times integer not null default 0;
