"""Tools, what they take and what they cost: data in ``schemas/tools``, read here."""
