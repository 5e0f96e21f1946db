"""``score``: the reward of one reply from one user, and why."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
from rich.panel import Panel
from rich.text import Text

from persona_env.cli.agent_options import takes_agent_options
from persona_env.cli.agents import AGENT_HELP, RepliesOption, asks_endpoint, reply_of, who_replies
from persona_env.cli.judging import JudgeOptions, reading_options, takes_judge_options, tell_cost
from persona_env.cli.reference import reference_reply
from persona_env.cli.show import (
    EnvOption,
    GatesOption,
    ImportOption,
    JsonOption,
    PromptsOption,
    ReaderOption,
    RegisterOption,
    SeedOption,
    SystemOption,
    TermsOption,
    legible,
    make_env,
    out,
    say,
    show_json,
    table,
    tell_uncounted,
    working,
)
from persona_env.cli.users import UserOption, find_asker
from persona_env.env import PersonaEnv
from persona_env.errors import ArgumentError, unknown_scenario
from persona_env.evaluation.agent_options import AgentOptions
from persona_env.registration import id_of, import_modules
from persona_env.rewards import Reason, Verdict
from persona_env.rewards.exchange import Exchange
from persona_env.rewards.explain import explain_verdict, missed_points
from persona_env.scenarios.case import Case, prompt_language_or_first
from persona_env.scenarios.schema import Scenario
from persona_env.text_envs import profile_text_for
from persona_env.users.description import describe

GOOD, POOR = "bold", "bold underline red"  # green fades on white
LONG = 2000  # characters of a reply that is shown whole
SPAN = 60  # characters of a place in the reply, in the table
ROWS = 40  # places in the table


@takes_agent_options()
@takes_judge_options()
def score(
    reply: Annotated[
        str | None, typer.Argument(help="The reply; - reads it from standard input.")
    ] = None,
    *,
    user: UserOption,
    scenario: Annotated[
        str,
        typer.Option(
            help="The id of a scenario, such as fluffy-rice ('persona-env scenarios' lists them), "
            "or of one of yours in --scenarios or --prompts."
        ),
    ],
    scenarios: Annotated[
        str | None,
        typer.Option(
            help="Scenarios of your own to find it in: .toml files, with commas. Default: those of "
            "the environment."
        ),
    ] = None,
    prompts: PromptsOption = None,
    terms: TermsOption = None,
    gates: GatesOption = None,
    oracle: Annotated[
        bool,
        typer.Option(
            "--oracle",
            help="Score a reply that earns much in place of one of yours: the library's reference "
            "reply (tiny register), or with --register natural a good reply of its bank.",
        ),
    ] = False,
    agent: Annotated[
        str | None, typer.Option(help=f"Score an agent's reply in place of yours: {AGENT_HELP}")
    ] = None,
    replies: RepliesOption = None,
    seed: SeedOption = 0,
    env: EnvOption = "PersonaChat-v0",
    imports: ImportOption = None,
    register: RegisterOption = None,
    reader: ReaderOption = None,
    system: SystemOption = None,
    as_json: JsonOption = False,
    judged_by: JudgeOptions,
    asked_by: AgentOptions,
) -> None:
    """Score a reply and explain the reward."""
    import_modules(imports)
    if oracle + sum(given is not None for given in (reply, agent, replies)) != 1:
        raise ArgumentError(
            "give one of: a reply to score, --oracle for one of the library's own, --agent or "
            "--replies for one of theirs"
        )
    if system is not None and agent is None:
        raise ArgumentError("--system tells an agent of the user, and none is given by --agent")
    found = who_replies(agent, replies, asked_by, seed, judged_by.purse)
    asker = find_asker(env, user)
    options = reading_options(
        register, reader, "tiny" if oracle else found.register if found else "natural", judged_by,
        asks=asks_endpoint(found),
    )  # fmt: skip
    named = scenarios if scenarios or prompts else scenario
    base = make_env(
        env, "all", user, named, prompts=prompts, terms=terms, gates=gates,
        profile_text=profile_text_for(agent or "", system), **options,
    )[1]  # fmt: skip
    tell_uncounted(base, imports)
    asked, told = _by_id(base, scenario), "reply"
    if found is not None:
        with working(f"asking {found.name}"):
            text, told = reply_of(found, base, Case(asked, asker)), f"the reply of {found.name}"
    elif reply is None:
        text, told = reference_reply(base, asked, asker)
    else:
        text = _piped() if reply == "-" else _given(reply)
    judged = Exchange(asked, asker, text, prompt_language_or_first(asked, asker))
    with working("reading the reply"):
        verdict = base.score(text, asked, asker)
    tell_cost(options, judged_by)
    if as_json:
        show_json({"what": told, **_plain(judged, verdict)})
        return
    say(f"{asker.id}: {describe(asker) or 'no preferences and no context'}")
    say(f"asks: {base.observe(asked, asker)['prompt']}")
    if reply is None:
        say(told)
    _show(judged, verdict)


def _show(judged: Exchange, verdict: Verdict) -> None:
    text = judged.reply
    is_empty = not judged.seen.text.strip()
    seen = Text("(empty)") if is_empty else shortened(highlighted(text, verdict))
    out().print(Panel(seen, title="reply", title_align="left"))
    for line in explain_verdict(verdict, judged):
        say(line)
    found = spans(text, verdict)
    rows = [(cut_middle(text[r.start : r.end]), name, r.note) for name, r in found[:ROWS]]
    if rows:
        more = f" ({ROWS} of {len(found)} places)" if len(found) > ROWS else ""
        columns = ("words", "term", "because")
        out().print(table(f"What earned or cost it{more}", columns, rows, most={"words": 28}))


def _piped() -> str:
    """What is piped in, without the byte order mark that some shells put in front.

    Raises :class:`ArgumentError` for bytes that are not UTF-8.
    """
    given = sys.stdin.buffer.read()
    try:
        return given.decode("utf-8-sig").replace("\r\n", "\n").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise _not_utf8("standard input", error.object, error.start) from error


def _given(reply: str) -> str:
    """A reply of the command line; raises :class:`ArgumentError` if it is not UTF-8."""
    try:
        reply.encode("utf-8")
    except UnicodeEncodeError as error:  # Python keeps such bytes as surrogates
        given = reply.encode("utf-8", "surrogateescape")
        raise _not_utf8("the reply", given, len(reply[: error.start].encode("utf-8"))) from error
    return reply


def _not_utf8(what: str, given: bytes, place: int) -> ArgumentError:
    byte = f"byte 0x{given[place]:02x} at position {place}"
    return ArgumentError(f"{what} is not UTF-8 ({byte}): give a text in UTF-8")


def shortened(reply: Text) -> Text:
    """A reply as it is shown: of a long one the beginning and the end, between whole words.

    >>> print(shortened(Text("word " * 1000)).plain.splitlines()[1])
    [... 3506 characters ...]
    """
    text = reply.plain
    if len(text) <= LONG:
        return reply
    first, last = LONG // 2, len(text) - LONG // 4
    if (space := text.rfind(" ", first // 2, first)) > 0:
        first = space
    if 0 < (space := text.find(" ", last)) < len(text) - 1:
        last = space + 1
    between = Text(f"\n[... {last - first} characters ...]\n")
    return Text.assemble(reply[:first], between, reply[last:])


def cut_middle(words: str) -> str:
    """Words of a reply on one line, with their beginning and end if they are long.

    >>> cut_middle("a" * 40 + " and so on\\n" + "b" * 40)
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ... bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb'
    """
    line = " ".join(words.split())
    if len(line) <= SPAN:
        return line
    head, tail = line[: SPAN // 2], line[-SPAN // 2 :]
    return f"{head.rpartition(' ')[0] or head} ... {tail.partition(' ')[2] or tail}"


def _by_id(env: PersonaEnv, name: str) -> Scenario:
    found = env.scenarios.find(name)
    if found is None:  # a category was given: its scenarios are the ones to choose from
        ids = [scenario.id for scenario in env.scenarios.shown]
        raise unknown_scenario(name, ids, env=id_of(type(env)))
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
    """The reply; bold where a term is pleased with the words, red and underlined where not."""
    text = Text(legible(reply))
    values = {**verdict.terms, **verdict.gates}
    # Poor ones last: where two terms point at the same words, the complaint shows.
    for name, reason in sorted(spans(reply, verdict), key=lambda item: -values[item[0]]):
        text.stylize(GOOD if values[name] >= 0.5 else POOR, reason.start, reason.end)
    return text


def _plain(judged: Exchange, verdict: Verdict) -> dict[str, Any]:
    return {
        "user": judged.user.id,
        "scenario": judged.scenario.id,
        "reply": judged.reply,
        "reward": verdict.reward,
        "terms": verdict.terms,
        "weights": verdict.weights,
        "gates": verdict.gates,
        "reasons": {name: [r._asdict() for r in found] for name, found in verdict.reasons.items()},
        "missing": list(missed_points(judged)),
        "unread": dict(verdict.unread),
        "coverage": verdict.coverage,
    }
