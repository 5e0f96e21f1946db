"""How the bundled starting policies were made."""
