"""How the bundled initial policies were made."""
