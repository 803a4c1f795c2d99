-- What is looked up again and again, by batch, where one may have a million rows.
create index attempt_open_of_batch on attempt (batch, poll_deadline) where state = 'submitted';
create index attempt_in_doubt on attempt (batch) where state = 'in_doubt';
create index attempt_not_fetched on attempt (batch) where media = 'failed';
