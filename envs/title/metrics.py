"""What one title does, by measure: the style of each habit, information, leaks, made-up words."""

from __future__ import annotations

from persona_env.rewards.exchange import Exchange, TermView
from persona_env.rewards.term import Score
from persona_env.scenarios.case import Case, prompt_language_or_first

from . import content, terms
from .choice import habits_for, language_for
from .evidence import Known, evidence, known_of
from .facts import Facts, facts_of
from .habits import FIELDS
from .points import named_points
from .session import TitleScenario
from .titles import Title, read_title

MOSTLY = 0.5  # of the content words may be another language's

STYLE = {
    "case": terms.title_case,
    "length": terms.title_length,
    "emoji": terms.title_emoji,
    "tags": terms.title_tags,
    "date": terms.title_date,
    "separator": terms.title_separator,
    "stop": terms.title_stop,
    "quotes": terms.title_quotes,
}


def read_reply(case: Case, reply: str, natural: bool) -> dict[str, float]:
    """The measures of one title; empty for a scenario that asks for none.

    ``style_<habit>``, 0 or 1 where the user has the habit: the title has it (its length, if it lies
    in the range); ``style`` is their mean. ``in_language``: at least half of the content words are
    those of the session in the language that the title should have. ``informative``: the share of
    key points. ``leaks``: something private is told. ``made_up``: the share of content words that
    the session does not hold.

    In the natural register (``natural``) the title is ``in_language`` unless it has more words of
    another one, and ``made_up`` is 1 for a name or a number that the session has not, else 0.
    """
    scenario = case.scenario
    if not isinstance(scenario, TitleScenario):
        return {}
    asked = prompt_language_or_first(*case)
    language = language_for(habits_for(scenario, case.user.value, asked), scenario, asked)
    title, facts = read_title(reply.strip()), facts_of(scenario.sessions[language], language)
    style = _style(case, reply)
    found = {f"style_{name}": value for name, value in style.items()}
    if style:
        found["style"] = sum(style.values()) / len(style)
    content = _in_other_words(title, known_of(scenario, language)) if natural else {}
    return {**found, **_content(title, facts), **content}


def _style(case: Case, reply: str) -> dict[str, float]:
    view = TermView.of(
        Exchange(case.scenario, case.user, reply, prompt_language_or_first(*case)), FIELDS
    )
    scores = {name: function(view) for name, function in STYLE.items()}
    return {
        name: float(score.value == 1.0)
        for name, score in scores.items()
        if isinstance(score, Score)
    }


def _content(title: Title, facts: Facts) -> dict[str, float]:
    share, _ = content.made_up(title, facts)
    return {
        "in_language": float(bool(title.words) and share <= MOSTLY),
        "informative": len(content.key_points(title, facts)) / len(facts.session.points),
        "leaks": float(bool(content.private(title, facts))),
        "made_up": share,
    }


def _in_other_words(title: Title, known: Known) -> dict[str, float]:
    return {
        "in_language": float(bool(title.words) and not known.is_foreign(title)),
        "informative": len(named_points(title, known)) / len(known.facts.session.points),
        "made_up": float(bool(evidence(title, known).invented)),
    }
