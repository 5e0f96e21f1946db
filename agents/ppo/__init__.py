"""Proximal policy optimisation of a language model, token by token."""
