"""What an evaluation found."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from persona_env.errors import PersonaEnvError, read_error
from persona_env.evaluation.made_how import agent_named
from persona_env.files import parse_json, read_text, to_json
from persona_env.metrics.statistics import Mean
from persona_env.outputs import write_text
from persona_env.rewards.verdict import SHUT

if TYPE_CHECKING:
    from matplotlib.figure import Figure


_NAMES = {"gain": "gain", "normalised": "share of the oracle's"}


@dataclass(frozen=True, slots=True)
class Report:
    """What :func:`evaluate` found. Rewards are in [0, 1].

    ``matrix[i][j]`` is the mean reward that user ``users[j]`` gives to the replies written for
    ``users[i]``. ``own_best[i]`` tells whether nobody gives more than user i, up to one standard
    error of the paired difference, and somebody less. ``worst_user`` is the user with the lowest
    mean; empty if all have the same. ``blind`` and ``oracle`` are NaN in a register in which the
    environment writes no reference replies. ``gain`` is
    :math:`(R - R_{blind})/(R_{oracle} - R_{blind})`; ``identity_gap`` the largest change of
    any reward when all protected fields are swapped. ``per_term`` and ``per_gate`` are the
    mean score of each term and gate over the cases that it applies to and where anything of it
    was read; ``unread`` counts the replies of which nothing was, by term or gate.
    ``measures`` are the environment's own. ``splits`` counts the cases by the split of their
    scenario. ``undefined`` holds, by name, why ``normalised`` and ``gain`` are not defined (NaN,
    null in JSON); see :func:`persona_env.evaluation.references.why_undefined`. ``not_crossed`` are
    the reward terms that ``matrix``, ``own_best`` and ``identity_gap`` leave out (batched ones,
    unless ``evaluate`` is told to cross them); if no other term is left, these are NaN and false.
    ``coverage`` is the mean share of the reward that was read, by ``reader`` in the natural
    ``register``; what was not read counts as a half.

    With several ``samples`` of each case, what a case earns is the mean over them, and ``spread``
    the deviation among them, as a mean over cases. ``asked`` is how many replies were wanted;
    ``counts`` tells how many of these ``failed``, were ``missing`` or ``unjudged`` (a judge could
    not read them), which are left out of all else, and how many were ``cut``, ``empty`` or an
    ``unfinished thought`` (:class:`~persona_env.evaluation.asking.Asker`).

    How it came about: ``environment`` (id, options, terms, gates), ``agent`` (name and options),
    ``seeds``, ``versions`` of libraries, and ``date``, in UTC.
    """

    reward: Mean
    blind: Mean
    oracle: Mean
    gain: Mean
    per_category: dict[str, Mean]
    per_user: dict[str, Mean]
    worst_user: str
    users: tuple[str, ...]
    matrix: tuple[tuple[float, ...], ...]
    own_best: tuple[bool, ...]
    identity_gap: float
    words: Mean
    per_term: dict[str, Mean] = field(default_factory=dict)
    per_gate: dict[str, Mean] = field(default_factory=dict)
    unread: dict[str, int] = field(default_factory=dict)
    measures: dict[str, Mean] = field(default_factory=dict)
    measures_per_user: dict[str, dict[str, Mean]] = field(default_factory=dict)
    replies: tuple[dict[str, Any], ...] = ()
    splits: dict[str, int] = field(default_factory=dict)
    undefined: dict[str, str] = field(default_factory=dict)
    not_crossed: tuple[str, ...] = ()
    coverage: Mean = field(default_factory=lambda: Mean(1.0, 0.0, 0))
    register: str = "tiny"
    reader: str = ""
    samples: int = 1
    spread: Mean = field(default_factory=lambda: Mean.of([]))
    asked: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    environment: dict[str, Any] = field(default_factory=dict)
    agent: dict[str, Any] = field(default_factory=dict)
    seeds: dict[str, int] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    date: str = field(default="", compare=False)

    @property
    def agent_text(self) -> str:
        """Who was judged, and in which environment; empty where it is not known."""
        name, env = agent_named(self.agent), self.environment.get("id")
        return f"{name} in {env}, {self.register} register" if name and env else name

    @property
    def closing(self) -> dict[str, Mean]:
        """Those of :attr:`per_gate` that took away what two digits show."""
        return {name: mean for name, mean in self.per_gate.items() if mean.mean < SHUT}

    @property
    def normalised(self) -> float:
        """The reward as a share of the oracle's; NaN where it is not defined."""
        return math.nan if "normalised" in self.undefined else self.reward.mean / self.oracle.mean

    @property
    def share_text(self) -> str:
        """:attr:`normalised` as text; empty where it is not defined."""
        defined = "normalised" not in self.undefined
        return f"{self.normalised:.0%} of the oracle's" if defined else ""

    @property
    def references(self) -> dict[str, Mean]:
        """``blind``, ``oracle`` and ``gain`` by name, of them those that are known."""
        known = {"user-blind": self.blind, "oracle": self.oracle, "gain": self.gain}
        return {name: mean for name, mean in known.items() if not math.isnan(mean.mean)}

    @property
    def undefined_text(self) -> str:
        """:attr:`undefined` as text, a line for each reason; empty where all is defined."""
        names: dict[str, list[str]] = {}
        for name, reason in sorted(self.undefined.items()):
            names.setdefault(reason, []).append(_NAMES.get(name, name))
        return "\n".join(f"{' and '.join(of)} not defined: {why}" for why, of in names.items())

    @property
    def worst_text(self) -> str:
        """:attr:`worst_user` with the mean reward there and the number of cases."""
        if not self.worst_user:
            return "none: " + ("one user" if len(self.users) == 1 else "all earn the same")
        mean = self.per_user[self.worst_user]
        return f"{self.worst_user} {mean}, n = {mean.n}"

    @property
    def _instead(self) -> str:
        """What serves where there is no gain."""
        serves = "; two agents on the same cases can still be compared: compare()"
        return serves if "gain" in self.undefined else ""

    @property
    def is_crossed(self) -> bool:
        """Whether any reward term judged the replies for every user."""
        return not math.isnan(self.matrix[0][0])

    @property
    def own_best_text(self) -> str:
        """:attr:`own_best` as text."""
        if not self.is_crossed:
            why = "every term is batched" if self.not_crossed else "own users alone judged"
            return f"not known: {why}"
        if len(self.users) == 1:
            return "not known: one user"
        return f"{sum(self.own_best)} of {len(self.own_best)} users"

    @property
    def counts_text(self) -> str:
        """What became of the replies that were wanted; empty if all are there and whole."""
        of = f"of {self.asked}"
        left_out = [
            f"{name}: {self.counts[name]} {of}, left out"
            for name in ("failed", "missing", "unjudged")
            if name in self.counts
        ]
        told = [
            f"{name}: {self.counts[name]} {of}" for name in ("cut", "empty") if name in self.counts
        ]
        if thoughts := self.counts.get("unfinished thought"):
            told[-1] += f" ({thoughts} ended within their reasoning)"
        return "; ".join([*left_out, *told])

    @property
    def identity_gap_text(self) -> str:
        """:attr:`identity_gap` as text."""
        known = not math.isnan(self.identity_gap)
        return f"{self.identity_gap:g}" if known else "not known: every term is batched"

    @property
    def splits_text(self) -> str:
        """:attr:`splits` as text."""
        return ", ".join(f"{n} {split}" for split, n in sorted(self.splits.items()))

    def save(self, path: str | Path) -> None:
        """Write the report as JSON, whole or not at all (an unknown error is null)."""
        write_text(Path(path), to_json(asdict(self)))

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a report that :meth:`save` wrote, such as ``after.json`` of a training run.

        Raises :class:`PersonaEnvError` for a file that cannot be read or holds no such report.
        """
        from pydantic import TypeAdapter, ValidationError

        given = parse_json(read_text(Path(path)), str(path))
        try:
            return TypeAdapter(cls).validate_python(_known(given))
        except ValidationError as error:
            raise PersonaEnvError(
                f"{path}: no {cls.__name__} that save() wrote: {read_error('it', error)}"
            ) from error

    def plot_matrix(self) -> Figure:
        """The cross-user matrix as a heat map."""
        from persona_env.reporting.plots import plot_matrix

        return plot_matrix(self.users, self.matrix)

    def plot_reliability(self) -> Figure:
        """Stated confidence against accuracy, a panel per user.

        Raises :class:`ValueError` if no reply of the report has a confidence.
        """
        from persona_env.metrics.calibration import reliability_per_user
        from persona_env.reporting.plots import plot_reliability

        return plot_reliability(reliability_per_user(self.replies))

    def plot_risk_coverage(self) -> Figure:
        """Mean error of the surest answers against their share of all answers, a line per user.

        Raises :class:`ValueError` if no reply of the report has a confidence.
        """
        from persona_env.metrics.calibration import answers_per_user, risk_coverage_curve
        from persona_env.reporting.comparing import plot_risk_coverage

        stated = answers_per_user(self.replies)
        return plot_risk_coverage(
            {user: risk_coverage_curve(*both).tolist() for user, both in stated.items()}
        )

    def _repr_html_(self) -> str:
        """What a notebook shows: the figures, and the mean reward of each user."""
        from persona_env.evaluation.html import report_html

        return report_html(self)

    def __str__(self) -> str:
        share = self.share_text
        lines = [f"agent           {self.agent_text}"] if self.agent_text else []
        lines += [
            f"cases           {self.reward.n}, by split of the scenario: {self.splits_text}",
            f"reward          {self.reward}" + (f"   ({share})" if share else ""),
            *(f"{name:15} {mean}" for name, mean in self.references.items()),
            f"worst user      {self.worst_text}",
            f"own user best   {self.own_best_text}",
            f"identity gap    {self.identity_gap_text}",
            f"words a reply   {self.words}",
        ]
        if self.not_crossed:
            left_out = ", ".join(self.not_crossed)
            lines.append(f"not crossed     {left_out}: batched, scored for the own user alone")
        if self.reader:
            lines.append(f"coverage        {self.coverage}   (read by {self.reader})")
        if self.samples > 1:
            lines.append(
                f"spread          {self.spread}   (among {self.samples} replies to a case)"
            )
        if self.counts_text:
            lines.append(f"replies         {self.counts_text}")
        lines += [f"{name:15} {value}" for name, value in self.measures.items()]
        for kind, scores in (("term", self.per_term), ("gate", self.closing)):
            lines += [f"  {kind} {n:19}{mean}   (n = {mean.n})" for n, mean in scores.items()]
        lines += [f"  {name:14}{value}" for name, value in sorted(self.per_category.items())]
        lines += [f"{line}{self._instead}" for line in self.undefined_text.splitlines()]
        return "\n".join(lines)


def _known(given: Any) -> Any:
    """JSON with NaN for null, which stands for figures that are not known."""
    if isinstance(given, dict):
        return {name: _known(value) for name, value in given.items()}
    if isinstance(given, list):
        return [_known(value) for value in given]
    return math.nan if given is None else given
