"""What came back from an endpoint."""

from __future__ import annotations

from typing import NamedTuple

from persona_env.endpoints.budget import BROKE, SPENT

_SHOWN = 300  # characters of a server's message


class Response(NamedTuple):
    """What came back: a status with a body, or status 0 and why there is none.

    ``tokens_in`` and ``tokens_out`` are those that the server told of its ``calls``, of ``untold``
    of which it told none though they may have taken some.
    """

    status: int
    body: str
    calls: int = 1
    wait: float = 0.0
    tokens_in: int = 0
    tokens_out: int = 0
    untold: int = 0

    @property
    def is_unsent(self) -> bool:
        """Whether a budget ended the calls before this one."""
        return self.body in (SPENT, BROKE)

    def after(self, before: Response) -> Response:
        """This one, with what the calls before it took."""
        return self._replace(
            calls=before.calls + self.calls,
            tokens_in=before.tokens_in + self.tokens_in,
            tokens_out=before.tokens_out + self.tokens_out,
            untold=before.untold + self.untold,
        )

    @property
    def said(self) -> str:
        """The status and the beginning of the body, for a message."""
        text = " ".join(self.body.split())[:_SHOWN]
        return f"status {self.status}: {text}" if self.status else text
