"""Manifest -> jobs: axes, include and exclude, data files, sampling, templates."""
