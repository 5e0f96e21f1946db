"""How an agent is asked, by the names that the command line has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from persona_env.endpoints.price import Price
from persona_env.errors import ArgumentError
from persona_env.evaluation.best_of import check_best_of

Kind = Literal["reference", "own", "model", "endpoint", "replies"]
KINDS: dict[Kind, str] = {
    "reference": "a reference agent",
    "own": "code of your own",
    "model": "a language model in this process",
    "endpoint": "a language model behind an endpoint",
    "replies": "a file of replies",
}


@dataclass(frozen=True, slots=True)
class AgentOptions:
    """How an agent is asked; ``None`` is as it does by default, and not every agent takes each.

    ``takers`` of a field are the kinds of agent that take it.

    Raises :class:`ArgumentError` for a ``best_of`` (:mod:`.best_of`) or a price that cannot be.
    """

    device: str | None = field(default=None, metadata={"takers": ("model",)})
    precision: str | None = field(default=None, metadata={"takers": ("model",)})
    max_new_tokens: int | None = field(default=None, metadata={"takers": ("model", "endpoint")})
    temperature: float | None = field(default=None, metadata={"takers": ("model", "endpoint")})
    batch: int | None = field(default=None, metadata={"takers": ("model", "own")})
    threads: int | None = field(default=None, metadata={"takers": ("model",)})
    concurrency: int | None = field(default=None, metadata={"takers": ("endpoint",)})
    agent_key_env: str | None = field(default=None, metadata={"takers": ("endpoint",)})
    agent_price: str | None = field(default=None, metadata={"takers": ("endpoint",)})
    end_token: str | None = field(default=None, metadata={"takers": ("model",)})
    chat_template_arg: Mapping[str, Any] | None = field(
        default=None, metadata={"takers": ("model", "endpoint")}
    )
    best_of: int | None = field(default=None, metadata={"takers": ("model", "endpoint", "own")})
    by: str | None = field(default=None, metadata={"takers": ("model", "endpoint", "own")})

    def __post_init__(self) -> None:
        check_best_of(self.best_of, self.by)
        _ = self.price

    @property
    def price(self) -> Price | None:
        """What the tokens of an endpoint cost, where that is given."""
        return None if self.agent_price is None else Price.of(self.agent_price, "--agent-price")

    def given(self) -> dict[str, Any]:
        """Those that are not ``None``, by name."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: value for name, value in values.items() if value is not None}

    def check(self, name: str, kind: Kind) -> None:
        """Raise :class:`ArgumentError` for an option that an agent of this kind does not take."""
        for one in fields(self):
            takers = one.metadata["takers"]
            if one.name in self.given() and kind not in takers:
                option = f"--{one.name.replace('_', '-')}"
                wanted = " or ".join(KINDS[taker] for taker in takers)
                raise ArgumentError(
                    f"{option} is for {wanted}, and the agent {name!r} is {KINDS[kind]}: leave it "
                    "out"
                )
