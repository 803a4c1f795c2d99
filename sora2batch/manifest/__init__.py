"""YAML text -> Document (plain data with places) -> Manifest; every problem at once."""
