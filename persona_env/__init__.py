"""persona_env: Gymnasium environments in which the user is part of the episode.

>>> import gymnasium as gym, persona_env
>>> env = gym.make("PersonaChat-v0")
>>> observation, info = env.reset(seed=0)
>>> sorted(observation)
['prompt', 'transcript', 'user', 'user_vector']
"""

from persona_env.auditor import AuditReport, audit
from persona_env.env import PersonaEnv
from persona_env.errors import PersonaEnvError
from persona_env.evaluation import Report, evaluate
from persona_env.exchange import Exchange, TermView
from persona_env.library import load_profile, profiles, scenarios
from persona_env.profile import UserProfile, vector_names
from persona_env.registration import register_environments
from persona_env.rewards import Reason, Score, Verdict, registered_terms, reward_term
from persona_env.scenario import Scenario

__version__ = "0.1.0"
__all__ = [
    "AuditReport",
    "Exchange",
    "PersonaEnv",
    "PersonaEnvError",
    "Reason",
    "Report",
    "Scenario",
    "Score",
    "TermView",
    "UserProfile",
    "Verdict",
    "audit",
    "evaluate",
    "load_profile",
    "profiles",
    "registered_terms",
    "reward_term",
    "scenarios",
    "vector_names",
]

register_environments()
