"""Adapters: what other libraries need to train on these environments, a module for each.

What they share knows none of them: rows of data sets (``rows``), scores of replies that come back
with the columns of their rows (``scoring``), and what of them is logged (``figures``).
"""
