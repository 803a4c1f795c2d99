"""The command line: options, wiring, printing, exit codes. Sole importer of click and rich."""
