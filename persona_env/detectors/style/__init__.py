"""How a reply is written: tone, form, level, language."""
