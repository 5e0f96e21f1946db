"""What several environments share: the reference replies, and first names."""
