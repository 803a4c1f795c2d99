"""Many machines on one budget: PostgreSQL has the truth, procrastinate wakes workers."""
