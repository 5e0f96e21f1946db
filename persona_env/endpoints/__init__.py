"""OpenAI-compatible chat endpoints: how one is asked, what it answered, and what that cost.

Judges and agents behind an endpoint share it. Keys are read from the environment variable that is
named, and stand in no file, report or message.
"""

from persona_env.endpoints.budget import Budget, Purse
from persona_env.endpoints.client import Endpoint, model_at, posted
from persona_env.endpoints.completion import Completion, completion_of
from persona_env.endpoints.cost import Cost
from persona_env.endpoints.price import Price, money
from persona_env.endpoints.response import Response

__all__ = [
    "Budget", "Completion", "Cost", "Endpoint", "Price", "Purse", "Response", "completion_of",
    "model_at", "money", "posted",
]  # fmt: skip
