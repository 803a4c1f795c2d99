"""Many machines on one budget: PostgreSQL holds the truth, procrastinate wakes workers, the store has the bytes."""
