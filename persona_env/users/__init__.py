"""User profiles: read from files, described in words, and as vectors."""
