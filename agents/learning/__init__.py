"""Learning from preferences: a file for each system, read from top to bottom."""
