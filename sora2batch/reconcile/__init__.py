"""Jobs in doubt are settled with the credits ledger, and charges compared with prices."""
