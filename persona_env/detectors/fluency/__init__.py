"""Whether a reply is language at all, and says things once."""
