"""The cases of an audit, and all there is to know about each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from persona_env.agent import Tell, each, tell_nobody
from persona_env.auditor.bank_texts import BankTexts, bank_cases
from persona_env.auditor.context import Known, look
from persona_env.auditor.given_texts import given_cases
from persona_env.env import PersonaEnv
from persona_env.evaluation.evaluate import draw_cases
from persona_env.scenarios.case import Case

FURTHER = 400
Phrases = Mapping[str, tuple[str, ...]]


def audited_cases(
    env: PersonaEnv, episodes: int | None, seed: int, natural: bool, honest: Path | None = None
) -> list[tuple[Case, BankTexts | None]]:
    """The cases of an audit, each with the texts for it of the file ``honest`` or of the bank.

    With a file those of the file. With ``natural``, those cases of the bank that the environment
    has, if it has any: the oracle's replies are poor ones there. Else cases of the environment's
    users.
    """
    if honest is not None:
        return [*given_cases(env, honest, seed)[:episodes]]
    if natural and (found := bank_cases(env, episodes, seed)):
        return [*found]
    return [(case, None) for case in draw_cases(env, episodes, seed)]


def known_cases(
    env: PersonaEnv,
    cases: Sequence[Case | tuple[Case, BankTexts | None]],
    tell: Tell = tell_nobody,
) -> list[Known]:
    """All there is to know about each case, with the words that paid in any of them.

    ``tell`` hears how many are known.
    """
    pairs = [(one, None) if isinstance(one, Case) else one for one in cases]
    views = [look(env, case, {}, texts) for case, texts in pairs]
    found = [_paid(env, view) for view in each(views, tell)]
    everywhere: dict[str, dict[str, list[str]]] = {}
    for view, paid in zip(views, found, strict=True):
        for term, phrases in paid.items():
            everywhere.setdefault(view.language, {}).setdefault(term, []).extend(phrases)
    return [
        replace(
            view,
            phrases=_own_first(paid, everywhere.get(view.language, {})),
            neighbour=_neighbour(views, place),
        )
        for place, (view, paid) in enumerate(zip(views, found, strict=True))
    ]


def further_cases(
    env: PersonaEnv, known: Sequence[Known], seed: int, honest: Path | None = None
) -> list[Known]:
    """Cases beside the known ones, in a random order, without the words that pay.

    At most :data:`FURTHER`: a trick that applies to none of so many applies nearly nowhere.
    """
    if honest is not None:
        cases: Sequence[tuple[Case, BankTexts | None]] = given_cases(env, honest, seed)
    elif any(k.texts for k in known):
        cases = bank_cases(env, None, seed)
    else:
        cases = [(case, None) for case in draw_cases(env, FURTHER, seed)]
    met = {(k.scenario.id, k.user.id) for k in known}
    return [look(env, c, {}, t) for c, t in cases if (c.scenario.id, c.user.id) not in met]


def _neighbour(views: Sequence[Known], place: int) -> Known | None:
    """The next case in the same language that asks something else."""
    here = views[place]
    later = (*views[place + 1 :], *views[:place])
    found = (k for k in later if k.language == here.language and k.scenario.id != here.scenario.id)
    return next(found, None)


def _own_first(own: Mapping[str, list[str]], others: Mapping[str, list[str]]) -> Phrases:
    return {term: tuple(dict.fromkeys([*own.get(term, []), *others[term]])) for term in others}


def _paid(env: PersonaEnv, known: Known) -> dict[str, list[str]]:
    """The words of the honest reply that each term with a good score points at."""
    reply = known.honest
    verdict = env.score(reply, *known.case)
    values = {**verdict.terms, **verdict.gates}
    return {
        name: [reply[r.start : r.end] for r in reasons if 0 < r.end - r.start < len(reply)]
        for name, reasons in verdict.reasons.items()
        if values[name] > 0
    }
