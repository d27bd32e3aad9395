"""Gatelet beside what one would run instead, in one session: `make bench-peers`."""
