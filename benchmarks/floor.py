"""What a step of 64 rows costs at least, duty by duty: ``python benchmarks/floor.py [--quick]``.

Each way is a vector environment written for nothing but speed, with one duty more than the way
before it, and none of the library's code but the codec: no users, scenarios or cases are objects,
nothing can be set, and nothing is checked. What it reaches bounds what an environment in Python and
numpy can reach that has the same duties: those of :class:`gymnasium.vector.SyncVectorEnv` over
single environments, in the mode ``"SameStep"``. The native vector environment stands below them.
"""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import stepping
from _tables import show
from stepping import CODEC, LENGTH, OFF, PROMPT, REPLY, ROWS, SIZE

import persona_env  # noqa: F401 - registers the ids

DUTIES = (
    "attention masks, and ends found",
    "each reply decoded, its row copied, a prompt written",
    "the next case drawn from the row's own generator",
    "infos, the reward off",
    "infos of every term, weight and gate",
)
CASES = 64  # prompts that are drawn from
ONE, END = np.array(1), np.array(CODEC.end_id)  # numpy converts ints anew each time


class Floor(stepping.BareVector):
    """The first ``duties`` of :data:`DUTIES`, in as few operations as we know."""

    def __init__(self, duties: int) -> None:
        super().__init__()
        self.duties = duties
        self.attention = np.zeros((ROWS, LENGTH), np.int8)
        self.attention[:, :PROMPT] = 1
        self.flat_attention = self.attention.ravel()
        self.limit = self.first + REPLY
        self.starts = self.first.tolist()
        written = stepping.replies()
        self.prompts = np.array([next(written)[:PROMPT] for _ in range(CASES)])
        self.masked = self.attention[0].copy()
        self.rngs = [np.random.default_rng(row) for row in range(ROWS)]
        self.names = reward_names()

    def step(self, actions: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """Write one token in each row; rows that end begin again."""
        place = self.place
        self.flat[place] = actions
        self.flat_attention[place] = 1
        place += ONE
        ends = actions == END
        ends |= place == self.limit
        rows = ends.nonzero()[0].tolist()
        infos = self.begin_again(rows, ends) if rows else {}
        results = np.zeros(ROWS), ends, np.zeros(ROWS, bool)
        return (self.tokens.copy(), self.attention.copy()), *results, infos

    def begin_again(self, rows: list[int], ends: Any) -> dict[str, Any]:
        """Each row that ends, one by one, and the infos of all of them."""
        if self.duties == 1:
            self.place[:] = np.where(ends, self.first, self.place)
            return {}
        last = {row: self.next_episode(row) for row in rows}
        return self.infos(rows, ends.copy(), last) if self.duties > 3 else last

    def next_episode(self, row: int) -> Any:
        """What was seen last, with the reply; a prompt is written over it."""
        start, tokens, attention = self.starts[row], self.tokens[row], self.attention[row]
        reply = CODEC.decode(self.flat[start : self.place[row]].tolist())
        seen = {"tokens": tokens.copy(), "attention_mask": attention.copy()}
        case = 0
        if self.duties > 2:
            draw = self.rngs[row].random
            case = int(draw() * 8) * 8 + int(draw() * 8)  # a user, then a scenario
        tokens[:PROMPT] = self.prompts[case]
        attention[:] = self.masked
        self.place[row] = start
        return seen, reply

    def infos(self, rows: list[int], mask: Any, last: dict[int, Any]) -> dict[str, Any]:
        """The arrays in which a vector environment tells what single ones tell."""
        turn, cut = np.zeros(ROWS, np.int64), np.zeros(ROWS, bool)
        seen, said, asked = (np.empty(ROWS, object) for _ in range(3))
        for row in rows:
            turn[row], seen[row] = 1, last[row][0]
            asked[row] = self.messages("system", "user")
            said[row] = self.messages("system", "user", "assistant")
        mask.setflags(write=False)  # one for all
        final: dict[str, Any] = {"turn": turn, "_turn": mask, "cut": cut, "_cut": mask}
        final |= {"messages": said, "_messages": mask}
        for group, names in self.names.items():
            full = self.duties > 4 and names
            final[group] = self.table(rows, mask, names) if full else {}
            final[f"_{group}"] = mask
        return {
            "final_obs": seen, "_final_obs": mask, "final_info": final, "_final_info": mask,
            "turn": np.zeros(ROWS, np.int64), "_turn": mask, "messages": asked, "_messages": mask,
        }  # fmt: skip

    def messages(self, *roles: str) -> list[dict[str, str]]:
        """What was said, in fresh dicts."""
        return [{"role": role, "content": role} for role in roles]

    def table(self, rows: list[int], mask: Any, names: tuple[str, ...]) -> dict[str, Any]:
        """An array and a mask for each name."""
        values = np.zeros((len(names) // 2, ROWS))
        values[:, rows] = 0.5
        arrays = dict.fromkeys(names, mask)
        arrays.update(zip(names[::2], values, strict=True))
        return arrays


def reward_names() -> dict[str, tuple[str, ...]]:
    """The names of all terms, weights and gates, each followed by that of its mask."""
    env = gym.make("PersonaChat-v0", register="tiny").unwrapped
    env.reset(seed=0)
    info = env.step("Yes.")[4]
    return {
        group: tuple(name for key in info[group] for name in (key, f"_{key}"))
        for group in ("reward_terms", "reward_weights", "reward_gates")
    } | {"reward_reasons": ()}


def main() -> None:
    """The command line."""
    repeats, seconds, quick = stepping.arguments(__doc__)
    few = 2 if quick else 100
    native = ("PersonaChatTokens-v0", "vector_entry_point")
    ways = {"bare, numpy": stepping.vector(stepping.BareVector(), few)}
    ways |= {f"+ {what}": stepping.vector(Floor(n), few) for n, what in enumerate(DUTIES, 1)}
    ways |= {
        "native vector, reward off": stepping.vector(
            stepping.make_vector(*native, **SIZE, **OFF), few
        ),
        "native vector, full reward": stepping.vector(stepping.make_vector(*native, **SIZE), few),
    }
    found = stepping.measure(ways, repeats, seconds)
    show(f"Token steps per second, {ROWS} rows, duty by duty", found, "median")


if __name__ == "__main__":
    main()
