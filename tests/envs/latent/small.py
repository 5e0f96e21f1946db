"""Four users and one scenario: small enough to try everything."""

from __future__ import annotations

from persona_env import UserProfile
from persona_env.envs.latent import PersonaLatentEnv


def user(name, **preferences):
    return UserProfile(
        id=name,
        preferences=preferences,
        context={"age_band": "adult", "languages": ["en"]},
        protected={"name": name.capitalize()},
    )


FOUR = (
    user("one", length="brief", tone={"target": "warm", "weight": 3.0}, humour="no"),
    user("two", length="detailed", tone={"target": "warm", "weight": 2.0}, format="bullets"),
    user("three", length="brief", tone="neutral", formality={"target": "casual", "weight": 3.0}),
    user("four", length={"target": "detailed", "weight": 4.0}, tone="neutral", formality="formal"),
)
RICE = "latent/fluffy-rice"


def small(**options):
    return PersonaLatentEnv(
        **{"profiles": FOUR, "scenarios": [RICE], "register": "tiny", **options}
    )
