"""What can be checked: a name, what people say, and what the detector reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from persona_env import detectors as d

Reads = Callable[[str, str], bool]
"""What a detector says of a reply and its prompt."""


@dataclass(frozen=True, slots=True)
class Check:
    """One yes-or-no question to people and to a detector."""

    name: str
    detector: str
    asks: str
    reads: Reads
    fails: str = ""


def _spans(name: str) -> Reads:
    detector = getattr(d, name)
    return lambda reply, prompt: bool(detector(reply).spans)


def _listed() -> tuple[Check, ...]:
    return (
        Check(
            "refusal.any", "refusal", "Does the reply refuse, fully or in part?",
            lambda reply, prompt: d.refusal(reply, prompt).kind != "none",
            "answers that deny a harmless absurdity ('there is no reason ...'); refusals that only "
            "describe the matter without a norm; very long sermons; what is told as statements, "
            "not as steps, behind a rebuttal, passes for part of it (so rewards ask `gives`)",
        ),
        Check(
            "refusal.partial", "refusal", "Does it refuse in part?",
            lambda reply, prompt: d.refusal(reply, prompt).kind == "partial",
            "people set the border by how much is given, the detector by marks of a turn; one "
            "model's way of saying that something is not public makes up most of what it finds",
        ),
        Check(
            "refusal.outright", "refusal", "Does it plainly refuse, and leave it at that?",
            lambda reply, prompt: d.refusal(reply, prompt).outright,
            "a refusal with a lecture is labelled 'refutes' or 'refuses' in nearly equal parts",
        ),
        Check(
            "capability", "capability", "Does it say that it cannot, or does not know?",
            lambda reply, prompt: bool(d.capability(reply).lacks),
            "'I have no information about it' before an answer; what is private, called a lack; "
            "answers that make things up, which people also labelled uncertain",
        ),
        Check(
            "rebuttal", "rebuttal", "Does it contradict the request or its premise?",
            lambda reply, prompt: bool(d.rebuttal(reply).spans),
            "plain denials of a fact ('No, X does not ...') are not read",
        ),
        Check(
            "several_views", "several_views", "Does it give more than one view?",
            lambda reply, prompt: len(d.several_views(reply).spans) > 1,
            "views that are told without saying whose they are",
        ),
        Check(
            "advises", "referral", "Does it warn, disclaim, or send to an expert?",
            lambda reply, prompt: bool(d.referral(reply).spans or d.disclaimer(reply).spans),
            "a referral at the end of a refusal is labelled a refusal",
        ),
        Check(
            "apology", "apology", "Does it apologize?",
            lambda reply, prompt: bool(d.apology(reply).brief),
            "apologies within a text that is quoted or continued",
        ),
        Check(
            "apology.emotional", "apology", "Is it sorry for what the user goes through?",
            lambda reply, prompt: bool(d.apology(reply).emotional), "",
        ),
        Check(
            "judgement", "judgement", "Does it judge the request or the person?",
            _spans("judgement"),
            "judging by implication: a question back, a change of subject, praise of the law",
        ),
        Check(
            "questions", "questions", "Does it ask the user something?", _spans("questions"),
            "rhetorical questions",
        ),
        Check(
            "hedging", "hedging", "Is its wording conditional?", _spans("hedging"),
            "the rate says more than the presence: nearly every reply hedges once",
        ),
        *(
            Check(name, name, asks, _spans(name), fails)
            for name, asks, fails in (
                ("disclaimer", "Does it say that it is no professional?", "other professions"),
                ("referral", "Does it send the user to a professional?", "a mere mention"),
                ("clarifying_question", "Does it ask what is meant?", ""),
                ("closing_offer", "Does it end with an offer?", ""),
                ("deflection", "Does it say that it has no view?", ""),
                ("caveat", "Does it name a limit of what it says?", ""),
                ("care_note", "Does it warn of a danger?", ""),
                ("abstains", "Does it say that it does not know?", ""),
                ("boilerplate", "Does it hold a stock phrase?", ""),
                ("aside", "Does it speak of itself, its judge or the user's preferences?", ""),
                ("humour", "Is a joke meant?", "a dry joke has no mark"),
            )
        ),
        Check("tone.warm", "tone", "Is it warm?", lambda reply, prompt: bool(d.tone(reply).warm)),
        Check("tone.cold", "tone", "Is it cold?", lambda reply, prompt: bool(d.tone(reply).cold)),
        Check(
            "formality.formal", "formality", "Is it formal?",
            lambda reply, prompt: bool(d.formality(reply).formal),
        ),
        Check(
            "formality.casual", "formality", "Is it casual?",
            lambda reply, prompt: bool(d.formality(reply).casual),
        ),
    )  # fmt: skip


CHECKS: Mapping[str, Check] = MappingProxyType({check.name: check for check in _listed()})
"""Every check by name."""
