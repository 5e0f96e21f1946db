"""A taskset for verifiers 0.4: prompts whose reward depends on the user who asks.

``vf-eval persona-verifiers``; every option of :class:`~persona_verifiers.taskset.PersonaConfig` is
an ``--env.taskset.OPTION``.
"""

from .playing import PersonaChat, PersonaEpisodes
from .taskset import PersonaTaskset

__all__ = ["PersonaChat", "PersonaEpisodes", "PersonaTaskset"]
