"""Data files of a matrix: CSV, JSON and JSON Lines become values of an axis, each with its place."""
