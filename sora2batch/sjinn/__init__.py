"""The SJinn API: readers of its answers, a transport that knows what left, a client, downloads."""
