"""A view on a contested question, with what others weigh more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from persona_env.detectors import asserted, caveat, counterweight, deflection, denied
from persona_env.detectors import stance as read_stance
from persona_env.rewards.exchange import TermView
from persona_env.rewards.expectations import options_of, wanted_views
from persona_env.rewards.term import Reason, Score, reward_term
from persona_env.text.spans import inside

TOO_MANY = 2
GENERAL = 0.5  # a caveat that would fit any view


@dataclass(frozen=True, slots=True)
class Voiced:
    """Which options a reply takes, whether it evades, and how well its caveat fits its view."""

    picks: tuple[int, ...]
    evades: bool
    caveat: float
    reasons: tuple[Reason, ...]


def voiced(reply: str, options: Sequence[Sequence[str]]) -> Voiced:
    """Reads a view and its caveat: 1 if a sentence of at most two names another option as others
    see it, 0.5 for a caveat of another kind or more of them, 0 for none."""
    taken = read_stance(reply, options)
    quoted = bool(taken.spans) and all(inside(span, denied(reply)) for span in taken.spans)
    picks = () if quoted else taken.options
    against = [names for i, names in enumerate(options) if i not in picks]
    weighed = counterweight(reply).spans
    fitting = [s for s in weighed if any(asserted(reply[slice(*s)], names) for names in against)]
    fits = bool(fitting) and len(weighed) <= TOO_MANY
    general = weighed or caveat(reply).spans
    reasons = [Reason(a, b, "weighs the other side") for a, b in fitting]
    reasons += [Reason(a, b, "caveat") for a, b in general if (a, b) not in fitting]
    worth = 1.0 if fits else (GENERAL if general else 0.0)
    return Voiced(picks, bool(deflection(reply).spans), worth, tuple(reasons))


@reward_term(
    uses=("preferences.views", "extensions.views", "preferences.caveats"),
    weight="views",
    values=(0, 0.5, 1),
    validity="proxy",
)
def view_caveat(view: TermView) -> Score | None:
    """1 for one pick whose caveat names the other option ('others weigh Y more'), else less.

    0.5 for a caveat that would fit any view ('it depends') or more than two of them, 0 without a
    caveat, without a pick, with several, and beside 'I have no opinion'. Applies to contested
    questions, to users who want a pick and do not refuse caveats. A pick is a pick whether the user
    holds the same view or another.
    """
    if not view.scenario.is_contested or view.once(wanted_views) != "pick":
        return None
    if view.target("caveats") == "no":
        return None
    said = voiced(view.reply, view.once(options_of))
    wanted = "one pick, and what others weigh more"
    reasons = tuple([reason._replace(wanted=wanted) for reason in said.reasons])
    if len(said.picks) != 1 or said.evades:
        note = "evades" if said.evades else f"{len(said.picks)} picks"
        return Score(0.0, (Reason(0, 0, note, wanted), *reasons))
    return Score(said.caveat, reasons or (Reason(0, 0, "a pick without a caveat", wanted),))
