"""The API as a server of our own: its envelope, its ledger, its silent defaults, and clips that play."""
