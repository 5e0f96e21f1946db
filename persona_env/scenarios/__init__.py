"""Scenarios, what is asked: read from files, generated, and paired with users."""
