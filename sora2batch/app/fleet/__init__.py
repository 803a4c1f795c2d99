"""What the commands of a fleet do: its database set up, looked at, worked on."""
