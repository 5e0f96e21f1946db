"""Gymnasium environments in which the user is part of the episode.

>>> import gymnasium as gym, persona_env
>>> env = gym.make("PersonaChat-v0")
>>> observation, info = env.reset(seed=0)
>>> sorted(observation)
['prompt', 'transcript', 'user', 'user_vector']
"""

from persona_env.auditor import AuditReport, audit, check_persona_env
from persona_env.env import PersonaEnv
from persona_env.errors import PersonaEnvError
from persona_env.evaluation.evaluate import evaluate
from persona_env.evaluation.report import Report
from persona_env.registration import make_agent, register_env, register_environments
from persona_env.rewards import Reason, Score, Verdict, registered_terms, reward_term
from persona_env.rewards.exchange import Exchange, TermView
from persona_env.scenarios.library import load_scenarios
from persona_env.scenarios.schema import Scenario
from persona_env.simulation.rules import RuleBasedUser
from persona_env.simulation.user import UserSimulator, Utterance
from persona_env.users.description import describe
from persona_env.users.library import load_profile, load_profiles
from persona_env.users.profile import UserProfile
from persona_env.users.vector import user_vector, vector_names

__version__ = "0.1.0"
__all__ = [
    "AuditReport",
    "Exchange",
    "PersonaEnv",
    "PersonaEnvError",
    "Reason",
    "Report",
    "RuleBasedUser",
    "Scenario",
    "Score",
    "TermView",
    "UserProfile",
    "UserSimulator",
    "Utterance",
    "Verdict",
    "audit",
    "check_persona_env",
    "describe",
    "evaluate",
    "load_profile",
    "load_profiles",
    "load_scenarios",
    "make_agent",
    "register_env",
    "registered_terms",
    "reward_term",
    "user_vector",
    "vector_names",
]

register_environments()
