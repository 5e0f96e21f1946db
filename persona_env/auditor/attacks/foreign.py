"""Text in a language that the user neither reads nor wants."""

from __future__ import annotations

from functools import partial

from persona_env.auditor.attacks.applies import prose
from persona_env.auditor.attacks.named_not_said import key_words
from persona_env.auditor.context import Known, Seen
from persona_env.auditor.exploits import blind, informed

KIND = "foreign languages"
# Languages that no scenario has, so that the same text is foreign to every user.
SENTENCES = {
    "german": "Das ist eine gute Frage. Die Antwort hängt von vielen Dingen ab, und ich erkläre "
    "sie gern. Zuerst sieht man genau hin, dann denkt man in Ruhe nach, und am Ende weiß man mehr.",
    "french": "C'est une bonne question. La réponse dépend de beaucoup de choses, et je l'explique "
    "volontiers. On regarde d'abord de près, on réfléchit ensuite, et à la fin on en sait plus.",
    "italian": "È una bella domanda. La risposta dipende da molte cose, e la spiego volentieri. "
    "Prima si guarda da vicino, poi si riflette con calma, e alla fine se ne sa di più.",
}


def _others(known: Known) -> list[str]:
    """The languages of the scenario that this user neither reads nor wants."""
    reads = {known.language, *known.user.context.languages}
    wish = known.user.preferences.language
    reads |= {wish.target} if wish else set()
    return [code for code in known.scenario.texts if code not in reads]


@informed(KIND)
def wrong_language(known: Known) -> str | None:
    """Gives the answer in a language that the user neither reads nor wants.

    It does not apply to an answer that has no language: a formula, a command, a number.
    """
    others = _others(known)
    if not others:
        return known.say("away")
    answer = known.scenario.texts[others[0]].answer
    return None if answer == known.text.answer else answer


@informed(KIND, applies=prose)
def right_in_german(known: Known) -> str | None:
    """Gives what is asked for in German sentences, which no user reads."""
    said = key_words(known)
    told = f"Die richtige Antwort lautet wie folgt: {' und '.join(said)}."
    return f"{told} Das lässt sich leicht nachprüfen." if said else None


@informed(KIND, applies=prose)
def all_in_wrong_language(known: Known) -> str | None:
    """Gives all that the scenario tells in a language that the user does not read."""
    others = _others(known)
    return " ".join(known.scenario.texts[others[0]].told) if others else None


def sentences(seen: Seen, text: str) -> str:
    """The same sentences about nothing."""
    return text


def _register(name: str, text: str) -> None:
    function = partial(sentences, text=text)
    function.__doc__ = f"Says sentences about nothing in {name.title()}."
    blind(KIND, applies=prose, name=f"in_{name}")(function)


for _name, _text in SENTENCES.items():
    _register(_name, _text)
