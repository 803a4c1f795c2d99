"""What a command does: imports neither click nor rich; what it says goes through a Printer."""
