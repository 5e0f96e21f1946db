"""Short ways to a conversation, for the tests of user simulators."""

from __future__ import annotations

from persona_env import UserProfile
from persona_env.envs.chat.env import PersonaChatEnv
from persona_env.languages import language_data
from persona_env.simulation.rules import RuleBasedUser

LANGUAGES = ["en", "es", "zh"]
SHORT = {"en": "Yes, it is so.", "es": "Sí, así es.", "zh": "是的，就是这样。"}
LONG = {
    "en": "The tap must be closed first, and then the old part is taken out of it. " * 6,
    "es": "Primero hay que cerrar el grifo, y luego se saca la pieza vieja de dentro. " * 6,
    "zh": "先把水龙头关上，然后把里面的旧零件取出来，再换上新的零件。" * 6,
}


def person(*languages, name="ana", patience=None, expertise=(), **wants):
    """Who wants it brief, and whatever else is said."""
    extensions = {} if patience is None else {"patience": {"role": "context", "value": patience}}
    return UserProfile(
        id=name,
        preferences={"length": "brief", **wants},
        context={"languages": languages, "expertise": [{"field": f} for f in expertise]},
        extensions=extensions,
    )


def talking(user, *, scenarios=("know_how",), terms=("length",), gates=(), rules=None, **options):
    """An environment of one user in which a brief reply satisfies, and a long one does not."""
    given = {"max_turns": 5, "split": "all", **options}
    simulator = RuleBasedUser(**{"switch_language": 0.0, **(rules or {})})
    given |= {"terms": terms, "gates": gates}
    return PersonaChatEnv(
        register="tiny",
        profiles=[user],
        scenarios=list(scenarios),
        user_simulator=simulator,
        **given,
    )


def converse(env, replies, seed=0, **options):
    """What the user says after each reply, until they leave or nothing is left to reply."""
    env.reset(seed=seed, options=options or None)
    said = []
    for reply in replies:
        observation, _, over, _, _ = env.step(reply(env) if callable(reply) else reply)
        said.append(observation["prompt"])
        if over:
            break
    return said


def rollout(env, policy, seed):
    """The return of an episode, and its last info; ``policy`` has the environment and the turn."""
    env.reset(seed=seed)
    total, over, turn = 0.0, False, 0
    while not over:
        _, reward, over, _, info = env.step(policy(env, turn))
        total, turn = total + reward, turn + 1
    return total, info


def oracle(env, turn=0):
    return env.oracle(env.scenario, env.user)


def phrases(name, language):
    return language_data(language, "conversation")[name]


def complaints(key, language):
    return language_data(language, "complaints")[key]
