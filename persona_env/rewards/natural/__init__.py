"""The terms of the natural register: short comparisons of a reading with a preference.

They have the names of the tiny register's terms (:mod:`persona_env.rewards.terms`) wherever they
ask the same. A comparison is a function of a view and of a way to read its reply:

    (view, read) -> Score | None

It asks for the reading only where the user has a preference; what nobody could read is
:func:`~persona_env.rewards.term.unread`, never missed.
"""

from persona_env.rewards.natural.declare import (
    Read,
    bound,
    in_natural_register,
    natural_term,
    natural_terms,
)

__all__ = ["Read", "bound", "in_natural_register", "natural_term", "natural_terms"]
