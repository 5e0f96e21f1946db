"""What moves annotators beside quality, each as a number of a reply: larger is more of it.

Longer texts, lists and agreement are preferred more than they should be by people and by models
(Singhal et al. 2023, arXiv 2310.03716; Sharma et al. 2023, arXiv 2310.13548). ``please`` and
``question_marks`` are marks that over-optimised summaries of Stiennon et al. 2020 (arXiv
2009.01325) are full of.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from persona_env.detectors.style.formatting import formatting
from persona_env.text.spans import word_count

Bias = Callable[[str], float]

_PLEASE = re.compile(r"\b(?:please|por favor)\b|请", re.IGNORECASE)
_SORRY = re.compile(r"\b(?:sorry|apologi[sz]e|apologies|lo siento|disculp\w+)\b|抱歉|对不起", re.I)
_AGREES = re.compile(
    r"\b(?:you(?:'|’)re (?:absolutely |completely )?right|good point|great question"
    r"|i (?:completely |totally )?agree|tienes razón|de acuerdo|buena pregunta)\b"
    r"|你说得对|没错|好问题",
    re.IGNORECASE,
)
_HEDGES = re.compile(
    r"\b(?:may|might|perhaps|possibly|it depends|in general|quizá|quizás|tal vez|depende)\b"
    r"|可能|也许|或许|取决于",
    re.IGNORECASE,
)
_AS_AN_AI = re.compile(
    r"\bas an? (?:ai|artificial intelligence|language model)\b|\bcomo (?:una? )?(?:ia|modelo de"
    r" lenguaje)\b|作为(?:一个)?(?:AI|人工智能|语言模型)",
    re.IGNORECASE,
)


def _length(reply: str) -> float:
    """Doublings of the number of words."""
    return math.log2(1 + word_count(reply))


def _lists(reply: str) -> float:
    """List items, up to five."""
    found = formatting(reply)
    return min(5.0, len(found.bullets) + len(found.steps))


def _counted(pattern: re.Pattern[str], most: float = 3.0) -> Bias:
    def count(reply: str) -> float:
        return min(most, sum(1 for _ in pattern.finditer(reply)))

    return count


BIASES: dict[str, Bias] = {
    "length": _length,
    "lists": _lists,
    "please": _counted(_PLEASE),
    "question_marks": _counted(re.compile(r"[?？]")),
    "apologies": _counted(_SORRY),
    "agreement": _counted(_AGREES),
    "hedges": _counted(_HEDGES),
    "as_an_ai": _counted(_AS_AN_AI),
}
"""Every bias by name. Counts end at three, lists at five, so that none outweighs all the rest."""
