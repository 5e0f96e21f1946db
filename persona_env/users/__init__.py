"""Who asks: user profiles, read, described, and as numbers."""
