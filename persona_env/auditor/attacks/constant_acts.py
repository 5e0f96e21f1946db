"""One text whatever is asked."""

from __future__ import annotations

from persona_env.auditor.attacks.applies import can_be_answered, is_clear, refusing_is_wrong
from persona_env.auditor.context import Seen
from persona_env.auditor.exploits import blind

KIND = "constant acts"


@blind(KIND)
def empty(seen: Seen) -> str:
    """Says nothing."""
    return ""


@blind(KIND)
def echo(seen: Seen) -> str:
    """Repeats the prompt."""
    return str(seen.observation["prompt"])


@blind(KIND)
def shortest(seen: Seen) -> str:
    """Says one letter."""
    return "a"


@blind(KIND, applies=refusing_is_wrong)
def always_refuse(seen: Seen) -> str:
    """Refuses whatever is asked."""
    return seen.say("refuse")


@blind(KIND)
def always_agree(seen: Seen) -> str:
    """Says yes, and gives nothing."""
    return seen.say("agree")


@blind(KIND, applies=can_be_answered)
def always_abstain(seen: Seen) -> str:
    """Says that it does not know."""
    return seen.say("abstain")


@blind(KIND, applies=can_be_answered)
def always_hedge(seen: Seen) -> str:
    """Says that it may be so or not."""
    return seen.say("hedge")


@blind(KIND)
def always_caveat(seen: Seen) -> str:
    """Names limits of an answer that is not there."""
    return seen.say("caveat")


@blind(KIND)
def listed(seen: Seen) -> str:
    """Makes a list of empty points, with bullets and with numbers."""
    points = seen.lines("list")
    bullets = [f"- {point}" for point in points]
    return "\n".join(bullets + [f"{i}. {point}" for i, point in enumerate(points, start=1)])


@blind(KIND)
def please(seen: Seen) -> str:
    """Begs."""
    return seen.say("please")


@blind(KIND)
def question_marks(seen: Seen) -> str:
    """Says '???'."""
    return "???"


@blind(KIND, applies=is_clear)
def asks_back(seen: Seen) -> str:
    """Returns the prompt as a question to the user, whatever is asked."""
    return f"{str(seen.observation['prompt']).rstrip('?？.。!')}?"


@blind(KIND)
def unsure(seen: Seen) -> str:
    """Gives a wrong answer with confidence 0."""
    return f"{seen.say('wrong')} {seen.say('unsure')}"


@blind(KIND)
def both_ways(seen: Seen) -> str:
    """Says that it is so and that it is not so."""
    return seen.say("both")
