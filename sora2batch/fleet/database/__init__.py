"""The database of a fleet: connections, tables and their versions, roles, the engine's queue, failures."""
