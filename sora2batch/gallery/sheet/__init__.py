"""The contact sheet: one PNG for chats and pull requests."""
