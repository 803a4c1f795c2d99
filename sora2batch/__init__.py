"""A declarative batch runner for SJinn's generation API: the price first, never paid twice, nothing lost."""

__version__ = "0.1.0"
