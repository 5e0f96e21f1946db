"""How a reward came about, line by line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from persona_env.detectors import Point, made
from persona_env.rewards import Reason, Verdict
from persona_env.rewards.declaration import function_in
from persona_env.rewards.exchange import Exchange, TermView, Turn
from persona_env.rewards.expectations import ANSWER_FIELDS, is_answer_due, told
from persona_env.rewards.term import REGISTRY
from persona_env.rewards.verdict import SHUT
from persona_env.scenarios.schema import ScenarioText
from persona_env.text.docstrings import first_sentence
from persona_env.users.description import describe
from persona_env.users.profile import UserProfile

SHOWN = 40  # characters of a reply beside what they show
MOST = 3  # places that a line quotes
UNQUOTED = frozenset({"secrets", "title_private"})
"""Gates whose lines quote nothing of the reply: they close on what must not be told."""


def explain(
    message: str,
    user: UserProfile,
    turns: tuple[Turn, ...],
    judged: Exchange | None,
    verdict: Verdict | None,
) -> str:
    """The episode so far, and how the reward of ``judged``, the last reply, came about."""
    lines = [] if verdict is None or judged is None else explain_verdict(verdict, judged)
    return _episode(f"{user.id}: {describe(user)}", message, turns, lines)


def explain_to_others(
    message: str, shown: str, turns: tuple[Turn, ...], verdict: Verdict | None
) -> str:
    """The same for who must not learn who asks: what is ``shown`` of the user, and the reward."""
    lines = [] if verdict is None else [_paid(verdict)]
    return _episode(shown or "(hidden)", message, turns, lines)


def _episode(user: str, message: str, turns: tuple[Turn, ...], lines: list[str]) -> str:
    said = [f"user      {user}", *(f"{turn.role:9} {turn.text}" for turn in turns)]
    return "\n".join([*said, *(lines or [f"user      {message}"])])


def _paid(verdict: Verdict) -> str:
    return f"reward    {verdict.reward:.3f}"


def explain_verdict(verdict: Verdict, judged: Exchange) -> list[str]:
    """One line for the reward, and one for each term that applies and each gate that takes away.

    A line says what was found and what is wanted: ``length 0.00: 6 words; nora wants detailed, 97
    to 400``. What no term can name, the scenario's points that are missing, is named here. Of an
    empty reply there are the gates alone.
    """

    def entry(name: str) -> str:
        return explain_entry(verdict, name, judged)

    if not judged.seen.text.strip():  # of nothing, no style is read
        read = [name for name in verdict.gates if name not in verdict.unread]
        return [_paid(verdict), "  the reply is empty", *_gates(verdict, entry, read)]
    return _lines(verdict, entry)


def verdict_text(verdict: Verdict) -> str:
    """The same lines of a verdict alone: they quote nothing of the reply and name no user."""
    return "\n".join(_lines(verdict, lambda name: _entry(verdict, name)))


def _lines(verdict: Verdict, entry: Callable[[str], str]) -> list[str]:
    lines = [_paid(verdict)]
    if verdict.coverage < 1:
        lost = ", ".join(verdict.unread)
        lines.append(
            f"  {verdict.coverage:.0%} of the weight was read; not or only in part: {lost}"
        )
    for name, value in verdict.terms.items():
        lines.append(f"  term {name} {value:.2f}: {entry(name)} (weight {verdict.weights[name]:g})")
    return [*lines, *_gates(verdict, entry, verdict.gates)]


def _gates(verdict: Verdict, entry: Callable[[str], str], names: Iterable[str]) -> list[str]:
    """A line for each of these gates that takes something away."""
    return [
        f"  gate {name} {verdict.gates[name]:.2f}: {entry(name)}"
        for name in names
        if verdict.gates[name] < SHUT
    ]


def explain_entry(verdict: Verdict, name: str, judged: Exchange) -> str:
    """What a term or gate found, and what this user wants of it."""
    reply = "" if name in UNQUOTED else judged.reply
    is_missed = name == "factuality" and verdict.gates[name] < 1
    missing = missed_points(judged) if is_missed else ()
    return _entry(verdict, name, reply, missing, f"{judged.user.id} ")


def _entry(
    verdict: Verdict, name: str, reply: str = "", missing: Sequence[str] = (), who: str = ""
) -> str:
    reasons = verdict.reasons.get(name, ())
    if not reasons:
        return stated(name)
    parts = [_found(reason, reply) for reason in reasons[:MOST]]
    if len(reasons) > MOST:
        parts.append(f"{len(reasons) - MOST} more")
    if missing:
        parts.append(f"missing: {', '.join(map(repr, missing))}")
    wanted = next((reason.wanted for reason in reasons if reason.wanted), "")
    wants = f"; {who}wants {wanted}" if wanted else ""
    return ", ".join(dict.fromkeys(parts)) + wants


def stated(name: str) -> str:
    """What a term says of itself: its range, and the first sentence of its docstring."""
    term = REGISTRY.get(name)
    if term is None:
        return "no reason is given"
    said = first_sentence(function_in(term.function))
    return f"of {term.range}" + (f"; {said}" if said else ", and no reason is given")


def _found(reason: Reason, reply: str) -> str:
    quoted = reply[reason.start : reason.end]
    is_part = 0 < len(quoted) <= SHOWN and len(quoted) < len(reply)
    found, mark, rest = reason.note.partition("; ")
    return f"{found} {quoted!r}{mark}{rest}" if is_part else reason.note


def missed_points(judged: Exchange) -> tuple[str, ...]:
    """The essential points that rules did not find, beside others that they did find.

    Empty where none was found (the reply may say all in other words), where the reply should not
    simply answer, and of a user who asks for a secret of their own.
    """
    scenario = judged.scenario
    view = TermView.of(judged, ANSWER_FIELDS)
    if scenario.tells_secret or scenario.is_contested or not is_answer_due(view):
        return ()
    missed = [_missed(judged, text, told(view)) for text in scenario.texts.values()]
    return min((some for some in missed if some is not None), key=len, default=())


def _missed(judged: Exchange, text: ScenarioText, own: tuple[str, ...]) -> tuple[str, ...] | None:
    """The names of the points of one text that are missing; ``None`` if all are."""
    reply, points = judged.seen.text, [Point.of(point, text.told) for point in text.reference]
    missing = tuple(
        names[0]
        for names, point in zip(text.reference, points, strict=True)
        if not made(reply, (point,), own)
    )
    return missing if len(missing) < len(points) else None
