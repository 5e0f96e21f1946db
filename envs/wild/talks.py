"""Whole talks: the turns that belong together, each political one held once by either side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby

from persona_env.scenarios.library import load_scenarios
from persona_env.scenarios.schema import Scenario, ScenarioText

from .scenario import Side, WildScenario

Talk = tuple[WildScenario, ...]
SIDES: tuple[Side, Side] = ("first", "second")


def talk_of(turn: Scenario) -> str:
    """The id of the talk: that of the turn without its number."""
    return turn.id.rpartition("/")[0]


@cache
def written(split: str) -> tuple[Talk, ...]:
    """The talks of ``scenarios/``, in their order."""
    turns = [one for one in load_scenarios(split, folder="wild") if isinstance(one, WildScenario)]
    return tuple(t for _, talk in groupby(turns, talk_of) for t in _held(tuple(talk)))


def _held(talk: Talk) -> Iterator[Talk]:
    """The talk, or the two of its mirrored users."""
    sided = next((turn.sides for turn in talk if turn.sides), None)
    if sided is None:
        yield talk
        return
    for side in SIDES:
        yield tuple(_said_by(turn, side) for turn in talk)


def _said_by(turn: WildScenario, side: Side) -> WildScenario:
    """The turn as a user of this side says it; all that is true of it stays."""
    said = {code: both[SIDES.index(side)] for code, both in (turn.sides or {}).items()}
    texts = {code: _put(text, said.get(code, "")) for code, text in turn.texts.items()}
    talk, _, number = turn.id.rpartition("/")
    new = {"id": f"{talk}-{side}/{number}", "texts": texts, "side": side, "mirrors": turn.id}
    return turn.model_copy(update=new)


def _put(text: ScenarioText, said: str) -> ScenarioText:
    return text.model_copy(update={"prompt": text.prompt.format(side=said)})


@cache
def _by_id() -> dict[str, WildScenario]:
    return {turn.id: turn for talk in written("all") for turn in talk}


def find(name: str) -> WildScenario | None:
    """The written turn of this id, of either split."""
    return _by_id().get(name)


def turns_of(talks: Sequence[Talk]) -> tuple[WildScenario, ...]:
    """All turns of these talks."""
    return tuple(turn for talk in talks for turn in talk)
