"""What `status` does: a batch as it stands, watched, as a table, or held against the ledger."""
