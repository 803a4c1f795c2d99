"""What each command takes and says in its help; the work is imported when a command is called."""
