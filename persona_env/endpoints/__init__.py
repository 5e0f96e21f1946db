"""OpenAI-compatible chat endpoints: how one is asked, what it answered, and what that cost.

Judges and agents behind an endpoint share it. Keys are read from the environment variable that is
named, and stand in no file, report or message.
"""

from persona_env.endpoints.client import SPENT, Budget, Endpoint, Response, model_at, posted
from persona_env.endpoints.completion import Completion, completion_of
from persona_env.endpoints.cost import Cost

__all__ = [
    "SPENT", "Budget", "Completion", "Cost", "Endpoint", "Response", "completion_of", "model_at",
    "posted",
]  # fmt: skip
