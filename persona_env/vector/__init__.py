"""Native vector environments: many episodes at once, their replies judged in batches."""

from persona_env.vector.rows import VectorRows
from persona_env.vector.text import PersonaVectorEnv
from persona_env.vector.tokens import TokenVectorEnv

__all__ = ["PersonaVectorEnv", "TokenVectorEnv", "VectorRows"]
