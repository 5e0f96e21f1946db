"""Training text for the initial policy: every scenario, in every style, for made-up users.

The text follows its user in a share of the replies only. The others have the habits of a general
assistant: of medium length, warm, hedged, with stock phrases, too eager to comply. What remains to
be learnt by reinforcement is to whom which style belongs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple, get_args

import numpy as np

from persona_env.env import PersonaEnv
from persona_env.languages import Language
from persona_env.scenarios.case import prompt_language
from persona_env.scenarios.library import load_scenarios
from persona_env.scenarios.schema import Scenario
from persona_env.users.description import describe
from persona_env.users.profile import TARGETS, Topic, UserProfile

from ...envs.opinion.env import without_view  # type: ignore[import-not-found]
from ...envs.shared.oracle import Choose, Plan, plan_for, realise  # type: ignore[import-not-found]
from ...envs.shared.words import PEOPLE, WORDS  # type: ignore[import-not-found]

HABIT = 0.5  # share of the other replies' choices that are the general assistant's habit
WISHES = (0.2, 0.7)  # a made-up user has from a few preferences to most
NO_USER = 0.1  # share of examples without a visible user
GIVES_UP = 0.4  # share of those other replies to questions with a price that say 'I do not know'
SAY_AGAIN: dict[str, str] = WORDS.each("say_again")
SECRET_WORDS = ("luna", "brno", "tigre", "maple", "nube", "stone", "río", "amber")


class Example(NamedTuple):
    """One line of the corpus: what the policy reads, and the reply it is trained to write."""

    observation: dict[str, Any]
    reply: str


def example(
    rng: np.random.Generator, follows: float = 0.3, pool: Sequence[Scenario] | None = None
) -> Example:
    """A random example: a scenario of ``pool`` (default: all), a made-up user, a reply.

    ``follows`` is the share of replies that follow their user.
    """
    pool = load_scenarios() if pool is None else pool
    scenario = pool[int(rng.integers(len(pool)))]
    user = random_user(rng, scenario)
    language = prompt_language(scenario, user)
    if language is None:  # the made-up preference for a language does not fit: draw again
        return example(rng, follows, pool)
    choose = _chooser(rng)
    secret = user.secrets.get(scenario.secret) if scenario.secret else None
    suits = rng.random() < follows
    plan = plan_for(scenario, user) if suits else random_plan(rng, scenario, language)
    asked = (scenario.secret,) if scenario.secret else ()
    shown = "" if rng.random() < NO_USER else describe(user, secrets=asked)
    prompt = scenario.text(language).prompt
    observation = {"user": shown, "prompt": prompt, "transcript": ""}
    return Example(observation, realise(plan, scenario, choose, secret))


def example_of(env: PersonaEnv, rng: np.random.Generator, follows: float = 0.3) -> Example:
    """A random example of any environment: its oracle's reply to a made-up user.

    A reply that does not follow its user is the one for another made-up user, or abstains.
    """
    scenario = env.scenarios.draw(rng.random())
    user, other = (_concerned(rng, scenario, random_user(rng, scenario)) for _ in range(2))
    language = prompt_language(scenario, user)
    if language is None or prompt_language(scenario, other) != language:
        return example_of(env, rng, follows)
    suits = rng.random() < follows
    if not suits and scenario.category == "calibration" and rng.random() < GIVES_UP:
        reply = realise(Plan("abstain", language, details=0), scenario, _chooser(rng))
    else:
        reply = env.oracle(scenario, user if suits else other)
    named = user.model_copy(update={"id": f"made-up-{rng.integers(2**31)}"})  # what is hashed
    seen = env.observe(scenario, named)
    shown = "" if rng.random() < NO_USER else seen["user"]
    return Example({"user": shown, "prompt": seen["prompt"], "transcript": ""}, reply)


def _concerned(rng: np.random.Generator, scenario: Scenario, user: UserProfile) -> UserProfile:
    """``user`` with the preference that the scenario needs more often than :func:`random_user`."""
    if scenario.category == "calibration" and rng.random() < 0.8:
        return user.prefer(confidence_target=int(rng.integers(1, 10)) / 10)
    if scenario.category == "contested" and rng.random() < 0.2:
        neither: UserProfile = without_view(user)
        return neither
    return user


def copying(rng: np.random.Generator) -> Example:
    """An exercise: a line of numbers, times and names, to be said again.

    What a small transformer needs to copy what it is given into a call or an answer, and learns
    slowly from replies of which a few tokens are copied.
    """
    language = str(rng.choice([*SAY_AGAIN]))
    kinds: tuple[Callable[[], str], ...] = (
        lambda: str(rng.integers(10 ** int(rng.integers(1, 5)))),
        lambda: f"{rng.integers(10, 22)}:{rng.integers(60):02d}",
        lambda: str(rng.choice(PEOPLE[language])),
    )
    line = " ".join(kinds[int(k)]() for k in rng.integers(len(kinds), size=rng.integers(2, 13)))
    return Example({"user": "", "prompt": SAY_AGAIN[language] + line, "transcript": ""}, line)


def random_user(rng: np.random.Generator, scenario: Scenario) -> UserProfile:
    """A made-up user who reads at least one language of ``scenario``."""
    wishes: dict[str, Any] = {}
    share = rng.uniform(*WISHES)
    for name, targets in TARGETS.items():
        if name != "language" and rng.random() < share:
            wishes[name] = targets[int(rng.integers(len(targets)))]
    if rng.random() < 0.25:
        wishes["confidence_target"] = round(float(rng.choice(np.arange(0.1, 0.9, 0.1))), 1)
    has = sorted(scenario.texts)
    languages: list[str] = [has[int(rng.integers(len(has)))]]
    if len(has) > 1 and rng.random() < 0.35:
        languages.append(str(rng.choice([code for code in has if code not in languages])))
        if rng.random() < 0.8:
            wishes["language"] = str(rng.choice(["mix", languages[1]]))
    context: dict[str, Any] = {"languages": languages}
    if rng.random() < 0.8:
        context["age_band"] = str(
            rng.choice(["child", "teen", "adult", "adult", "adult", "senior"])
        )
    if fields := _fields(rng, scenario):
        verified = rng.random(len(fields)) < 0.6
        context["expertise"] = [
            {"field": field, "verified": bool(known)}
            for field, known in zip(fields, verified, strict=True)
        ]
    if scenario.hazard.topic in get_args(Topic) and rng.random() < 0.2:
        context["vulnerabilities"] = [scenario.hazard.topic]
    return UserProfile(
        id="made-up", preferences=wishes, context=context, secrets=_secrets(rng, scenario)
    )


def _fields(rng: np.random.Generator, scenario: Scenario) -> list[str]:
    """What a made-up user knows: a field that fits the scenario, up to two that any may ask for.

    Users of other fields teach that expertise in explosives gives no access to phishing.
    """
    fitting = scenario.hazard.may_know
    fields = [str(rng.choice(fitting))] if fitting and rng.random() < 0.5 else []
    if rng.random() < 0.35:
        others = _every_field()
        fields += rng.choice(others, size=int(rng.integers(1, 3)), replace=False).tolist()
    return list(dict.fromkeys(fields))


@cache
def _every_field() -> list[str]:
    return sorted({field for each in load_scenarios() for field in each.hazard.may_know})


def random_plan(rng: np.random.Generator, scenario: Scenario, language: Language) -> Plan:
    """A plan that knows no user: the general assistant's habits, or anything."""

    def pick(habit: Any, *others: Any) -> Any:
        return habit if rng.random() < HABIT else others[int(rng.integers(len(others)))]

    others = [code for code in scenario.texts if code != language]
    doing = _random_doing(rng, scenario)
    if scenario.category in ("creative", "secrets") or doing in _SHORT:
        bad = bool(rng.random() < 0.15)
        reasoned = ("explained", "alternative") if scenario.text(language).reason else ()
        refusal = f"refuse_{pick('plain', 'i_feel', *reasoned)}"
        return Plan(doing, language, details=0, refusal=refusal, bad_closing=bad)
    away = others and rng.random() < 0.12
    return Plan(
        doing,
        others[int(rng.integers(len(others)))] if away else language,
        second=others[0] if others and not away and rng.random() < 0.08 else None,
        opening=pick("warm", "", "casual", "formal", "warm_casual", "warm_formal"),
        details=pick(1, 0, 2),
        expert=bool(rng.random() < 0.4),
        format=pick("prose", "prose", "bullets", "steps"),
        caveat=pick("", "caveat", "caveat_brief"),
        joke=bool(rng.random() < 0.25),
        bad_opening=bool(rng.random() < 0.06),
        bad_closing=bool(rng.random() < 0.12),
    )


_SHORT = ("refuse", "partly", "ask", "both", "abstain", "unsafe", "deflect", "support")


def _random_doing(rng: np.random.Generator, scenario: Scenario) -> Any:
    """What a reply does when nobody is thought of."""
    choices: dict[str, Sequence[str]] = {
        "opinion": ("pick", "pick", "both", "both", "deflect"),
        "ambiguous": ("answer", "ask"),
        "uncertain": ("guess", "guess", "abstain", "answer"),
        "capability": ("cannot", "cannot", "cannot", "answer"),
    }
    if scenario.hazard.level == "crisis":
        return str(rng.choice(["answer", "care", "support", "refuse", "refuse", "unsafe"]))
    if scenario.hazard.level != "none":
        return str(rng.choice(["answer", "care", "partly", "refuse", "refuse", "unsafe"]))
    options = choices.get(scenario.category, ("answer",) * 39 + ("refuse",))
    return str(rng.choice(options))


def _secrets(rng: np.random.Generator, scenario: Scenario) -> dict[str, str]:
    if scenario.secret is None or rng.random() < 0.2:
        return {}
    digits = "".join(str(d) for d in rng.integers(0, 10, size=4))
    word = str(rng.choice(SECRET_WORDS))
    forms = {
        "door_code": digits,
        "passport_number": f"PA{digits}",
        "phone_number": f"555-{digits}",
        "home_address": f"{digits[:2]} Mill Lane",
        "wifi_password": f"{word}{digits[:2]}",
    }
    return {scenario.secret: forms[scenario.secret]}


def _chooser(rng: np.random.Generator) -> Choose:
    return lambda phrasings: phrasings[int(rng.integers(len(phrasings)))]
