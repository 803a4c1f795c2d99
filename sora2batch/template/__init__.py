"""Texts with ``{{ }}`` in them: jinja2 in a sandbox, bounded in time and space. Sole importer of jinja2."""
