"""persona_env as an OpenEnv environment."""

from .client import PersonaClient
from .models import Asked, Reply

__all__ = ["Asked", "PersonaClient", "Reply"]
