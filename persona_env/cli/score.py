"""``score``: what one reply is worth to one user, and why."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
from rich.panel import Panel
from rich.text import Text

from persona_env.cli.judging import (
    JudgeKeyOption,
    JudgeOption,
    JudgeRecordOption,
    MaxCallsOption,
    reading_options,
    tell_cost,
)
from persona_env.cli.show import (
    EnvOption,
    JsonOption,
    ReaderOption,
    RegisterOption,
    make_env,
    out,
    show_json,
    table,
)
from persona_env.env import PersonaEnv
from persona_env.errors import unknown_name
from persona_env.rewards import Reason, Verdict
from persona_env.rewards.explain import explain_verdict
from persona_env.scenarios.schema import Scenario
from persona_env.users.description import describe
from persona_env.users.library import load_profile

GOOD, POOR = "black on bright_green", "black on bright_yellow"


def score(
    reply: Annotated[str, typer.Argument(help="The reply; - reads it from standard input.")],
    *,
    user: Annotated[str, typer.Option(help="A bundled user, or a TOML file.")],
    scenario: Annotated[str, typer.Option(help="The id of a scenario.")],
    env: EnvOption = "PersonaChat-v0",
    register: RegisterOption = None,
    reader: ReaderOption = None,
    judge: JudgeOption = None,
    judge_key_env: JudgeKeyOption = None,
    judge_record: JudgeRecordOption = None,
    max_calls: MaxCallsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Score a reply and explain the reward."""
    text = _piped() if reply == "-" else reply
    asker = load_profile(user)
    options = reading_options(
        register, reader, "natural", judge=judge, judge_key_env=judge_key_env,
        judge_record=judge_record, max_calls=max_calls,
    )  # fmt: skip
    base = make_env(env, "all", [user], [scenario], **options)[1]
    asked = _by_id(base, scenario)
    verdict = base.score(text, asked, asker)
    tell_cost(options)
    if as_json:
        show_json(_plain(asker.id, asked.id, text, verdict))
        return
    console = out()
    console.print(f"{asker.id}: {describe(asker)}")
    console.print(f"asks: {base.observe(asked, asker)['prompt']}")
    console.print(Panel(highlighted(text, verdict), title="reply", title_align="left"))
    console.print("\n".join(explain_verdict(verdict, text)), soft_wrap=True)
    rows = [(text[r.start : r.end], name, r.note) for name, r in spans(text, verdict)]
    if rows:
        console.print(table("What earned or cost it", ("words", "term", "because"), rows))


def _piped() -> str:
    """What is piped in, without the byte order mark that some shells put in front."""
    return sys.stdin.read().removeprefix("\ufeff").rstrip("\r\n")


def _by_id(env: PersonaEnv, name: str) -> Scenario:
    found = env.scenarios.find(name)
    if found is None:  # a category was given: its scenarios are the ones to choose from
        raise unknown_name("scenario", name, [scenario.id for scenario in env.scenarios.shown])
    return found


def spans(reply: str, verdict: Verdict) -> list[tuple[str, Reason]]:
    """The reasons that point at a part of the reply, of terms that count, in reading order."""
    found = [
        (name, reason)
        for name, reasons in verdict.reasons.items()
        for reason in reasons
        if verdict.weights.get(name, 1.0) and 0 < reason.end - reason.start < len(reply)
    ]
    return sorted(found, key=lambda item: (item[1].start, item[1].end, item[0]))


def highlighted(reply: str, verdict: Verdict) -> Text:
    """The reply; green where a term is pleased with the words, yellow where it is not."""
    text = Text(reply)
    values = {**verdict.terms, **verdict.gates}
    # Poor ones last: where two terms point at the same words, the complaint shows.
    for name, reason in sorted(spans(reply, verdict), key=lambda item: -values[item[0]]):
        text.stylize(GOOD if values[name] >= 0.5 else POOR, reason.start, reason.end)
    return text


def _plain(user: str, scenario: str, reply: str, verdict: Verdict) -> dict[str, Any]:
    reasons = {
        name: [{"start": r.start, "end": r.end, "note": r.note} for r in found]
        for name, found in verdict.reasons.items()
    }
    return {
        "user": user,
        "scenario": scenario,
        "reply": reply,
        "reward": verdict.reward,
        "terms": verdict.terms,
        "weights": verdict.weights,
        "gates": verdict.gates,
        "reasons": reasons,
        "coverage": verdict.coverage,
    }
