"""Comparisons are held out by prompt."""

from __future__ import annotations

import pytest

from persona_env.errors import PersonaEnvError
from persona_env.preferences import Comparison
from persona_env.preferences.held_out import hold_out


def comparisons(prompts, each=3):
    return [
        Comparison(prompt=f"Q{n}?", replies=("a", "b"), label="first", annotator="ana", seed=m)
        for m in range(each)
        for n in range(prompts)
    ]


def test_no_prompt_is_in_both_parts():
    some = comparisons(10)
    parts = hold_out(some, 0.2, seed=1)
    assert len({one.prompt for one in parts.held_out}) == 2
    assert not {one.prompt for one in parts.held_out} & {one.prompt for one in parts.learnt}
    assert len(parts.learnt) == 24
    assert sorted(map(some.index, (*parts.learnt, *parts.held_out))) == [*range(30)]
    assert hold_out(some, 0.2, seed=1) == parts
    assert hold_out(some[::-1], 0.2, seed=1).held_out == parts.held_out[::-1]
    drawn = {frozenset(one.prompt for one in hold_out(some, 0.2, n).held_out) for n in range(9)}
    assert len(drawn) > 3


def test_nothing_is_held_out_if_asked_so():
    some = comparisons(3)
    assert hold_out(some, 0) == (some, [])


@pytest.mark.parametrize("share", [-0.1, 1, 0.99, 0.01])
def test_a_share_that_leaves_nothing_is_refused(share):
    with pytest.raises(PersonaEnvError, match="share"):
        hold_out(comparisons(3), share)
