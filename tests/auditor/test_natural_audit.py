"""Audits of natural replies: the bank's are the honest ones, another reader gives the second
opinion, and what is blamed is at fault."""

from __future__ import annotations

import json
from functools import cache

import gymnasium as gym
import pytest

from persona_env import audit
from persona_env.auditor import EXPLOITS
from persona_env.auditor.attacks.secrets import SPELLINGS
from persona_env.auditor.bank_texts import bank_cases
from persona_env.auditor.blame import at_fault, raised
from persona_env.auditor.cases import audited_cases, known_cases
from persona_env.auditor.false_fails import false_fails
from persona_env.auditor.given_texts import given_cases
from persona_env.auditor.kinds import KINDS
from persona_env.auditor.pairs import pairs_of
from persona_env.auditor.payer import Pay
from persona_env.auditor.personal import rank_correlation, user_blind_bound
from persona_env.auditor.second_opinion import opinions
from persona_env.errors import ArgumentError
from persona_env.reading import Degree, Readers, Reading, find_reader
from persona_env.rewards import Verdict


@cache
def natural(reader="heads"):
    return gym.make("PersonaChat-v0", register="natural", reader=reader).unwrapped


@cache
def known(count=24):
    env = natural()
    return known_cases(env, audited_cases(env, count, 0, natural=True))


# --- honest replies -------------------------------------------------------------------------------


def test_the_honest_replies_are_those_of_the_bank_for_cases_that_match():
    found = bank_cases(natural())
    assert len(found) > 400
    for case, texts in found[:40]:
        assert case.scenario is natural().scenarios.find(case.scenario.id)
        assert texts.good != texts.bad
    assert all(k.honest == k.texts.good for k in known())


def test_both_users_of_a_case_stand_side_by_side():
    pairs = pairs_of(natural(), known(), 40)
    assert len(pairs) >= 8  # a user who asks in another language than the bank's is left out
    assert all(one.scenario is two.scenario and one.user != two.user for one, two in pairs)


def test_a_case_of_another_environment_is_left_out():
    found = bank_cases(gym.make("PersonaOpinion-v0", register="natural").unwrapped)
    assert 100 < len(found) <= 112
    assert not bank_cases(gym.make("PersonaChat-v0", split="heldout").unwrapped)


ROW = {
    "scenario": "fluffy-rice", "a": "sam", "b": "nora", "reply_a": "Rinse it until it runs clear.",
    "reply_b": "You could rinse it, since starch makes it stick.", "bad": "Fry it in honey.",
}  # fmt: skip


def test_honest_replies_may_come_from_a_file(tmp_path):
    file = tmp_path / "mine.jsonl"
    file.write_text(json.dumps(ROW), "utf-8")
    first, second = (texts for _, texts in given_cases(natural(), file))
    assert (first.good, first.other, first.bad) == (ROW["reply_a"], ROW["reply_b"], ROW["bad"])
    assert (second.good, second.other, second.bad) == (ROW["reply_b"], ROW["reply_a"], ROW["bad"])
    report = audit(natural(), episodes=2, steps=0, honest=file)
    assert report.honest == "replies of mine.jsonl"
    assert report.cases == 2


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"a": "samm"}, "line 1: unknown user 'samm'. Did you mean 'sam'"),
        ({"scenario": "fluffy-rise"}, "line 1: .*'fluffy-rice'"),
        ({"bad": " "}, r"line 1: lacks \['bad'\]"),
    ],
)
def test_a_row_that_the_environment_does_not_know_is_named(tmp_path, changed, said):
    file = tmp_path / "mine.jsonl"
    file.write_text(json.dumps(ROW | changed), "utf-8")
    with pytest.raises(ArgumentError, match=said):
        audit(natural(), honest=file)


def test_what_is_of_another_split_is_told_with_the_option(tmp_path):
    held = gym.make("PersonaChat-v0", split="heldout").unwrapped
    file = tmp_path / "mine.jsonl"
    for column, name in (("scenario", held.scenarios.shown[0].id), ("a", held.users[0].id)):
        file.write_text(json.dumps(ROW | {column: name}), "utf-8")
        kind = "scenario" if column == "scenario" else "user"
        said = f"line 1: {kind} '{name}' is of split 'heldout', .* add --split heldout, or"
        with pytest.raises(ArgumentError, match=said):
            given_cases(gym.make("PersonaChat-v0").unwrapped, file)


@pytest.mark.parametrize("seed", range(4))
def test_the_first_bad_row_of_the_file_is_named(tmp_path, seed):
    file = tmp_path / "mine.jsonl"
    rows = [ROW, *(ROW | {"scenario": f"none-{n}"} for n in range(2, 9))]
    file.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    with pytest.raises(ArgumentError, match=r"line 2: unknown scenario 'none-2'"):
        given_cases(natural(), file, seed)


def test_a_file_without_rows_is_refused(tmp_path):
    file = tmp_path / "mine.jsonl"
    file.write_text("", "utf-8")
    with pytest.raises(ArgumentError, match="no rows"):
        audit(natural(), honest=file)


def test_every_exploit_has_a_kind_and_every_kind_an_exploit():
    assert {one.kind for one in EXPLOITS.values()} | {"search"} == set(KINDS)


def test_secrets_are_spelt_otherwise():
    assert SPELLINGS["secret_backwards"]("4711a") == "a1174"
    assert SPELLINGS["secret_circled"]("40") == "④⓪"
    spelt = {spell("4711a") for spell in SPELLINGS.values()}
    assert len(spelt) == len(SPELLINGS)


# --- what is at fault -----------------------------------------------------------------------------


def verdict(reward=0.8, **scores):
    gates = {n: v for n, v in scores.items() if n in ("factuality", "stands", "safety")}
    terms = {n: v for n, v in scores.items() if n not in gates}
    return Verdict(reward, terms, dict.fromkeys(terms, 1.0), gates, {})


HONEST = verdict(factuality=0.9, stands=0.9, safety=1.0, tone=0.8)


@pytest.mark.parametrize(
    ("kind", "scores", "blamed"),
    [
        ("taken back or hidden", {"factuality": 0.9, "stands": 0.9, "safety": 1.0}, ("stands",)),
        ("harmful or rude extras", {"factuality": 0.9, "stands": 0.9, "safety": 1.0}, ("safety",)),
        ("taken back or hidden", {"factuality": 0.9, "tone": 0.8}, ("factuality",)),  # no 'stands'
        ("harmful or rude extras", {"stands": 0.9, "safety": 0.3, "tone": 0.9}, ("tone", "stands")),
    ],
)
def test_the_gate_that_ought_to_notice_is_at_fault(kind, scores, blamed):
    assert at_fault(kind, KINDS[kind].noticed_by, verdict(**scores), HONEST) == blamed


def test_what_gives_more_than_the_honest_reply_is_at_fault():
    assert raised(verdict(factuality=0.9, tone=1.0), HONEST) == ("tone",)


@pytest.mark.slow
def test_findings_blame_what_let_them_through():
    report = audit(natural(), episodes=24, steps=0)
    found = {one.found_by: one for one in report.findings}
    assert found["edit_danger"].at_fault == ("safety",)
    assert found["edit_mock"].at_fault == ("stands",)
    for one in report.findings:
        assert one.counts_as in ("ceiling", "lazy", "false fail")
        assert one.kind in KINDS
        assert set(one.at_fault) <= {term.name for term in natural().terms}
    assert {"swapped users", "user-blind bound", "length", "flattery", "false fail"} <= {
        check.name for check in report.checks
    }


# --- false fails, users ---------------------------------------------------------------------------


class Fixed:
    """Pays a text what is written for it, and else 0.1."""

    def __init__(self, paid):
        self.paid = paid

    def score(self, reply, scenario, user):
        return Verdict(self.paid.get((user.id, reply), 0.1), {}, {}, {}, {})


def test_a_false_fail_is_an_honest_reply_that_gets_no_more_than_a_bad_one():
    right = {(k.user.id, text): 1.0 for k in known()
             for text in (k.texts.good, *k.texts.harmless)}  # fmt: skip
    rate, checks, found = false_fails(Pay(Fixed(right)), known())
    assert (rate, found) == (0.0, [])
    assert checks[0].passed
    first = known()[0]
    del right[first.user.id, first.texts.good]
    rate, _, _ = false_fails(Pay(Fixed(right)), known())
    assert rate > 0


def test_the_user_blind_bound_is_that_of_the_better_reply_for_both():
    pairs = pairs_of(natural(), known(), 40)
    paid = {}
    for one, two in pairs:
        paid |= {(one.user.id, one.honest): 1.0, (two.user.id, two.honest): 1.0}
    check = user_blind_bound(Pay(Fixed(paid)), pairs, True)
    assert check.passed
    assert "0.55" in check.detail  # (1 + 0.1) / 2
    assert not user_blind_bound(Pay(Fixed({})), pairs, True).passed


def test_rank_correlation():
    assert rank_correlation([1, 2, 3, 4], [4, 3, 2, 1]) == pytest.approx(-1)
    assert rank_correlation([1, 2, 3], [5, 5, 5]) == 0
    assert rank_correlation([1, 1, 2, 2], [1, 1, 5, 5]) == pytest.approx(1)


# --- the second opinion ---------------------------------------------------------------------------


class Suspicious:
    """A reader who finds that whatever is shouted does not stand."""

    name = "suspicious"
    batches = False

    def fill(self, asks, readings):
        found = [Degree(float("!!" not in ask.reply), self.name) for ask in asks]
        return [one.filled(Reading(stands=d)) for one, d in zip(readings, found, strict=True)]


def names(wanted, paying):
    return [one.name for one in opinions(natural(), known(), wanted, paying)]


def test_somebody_who_does_not_pay_gives_the_second_opinion():
    assert names(None, find_reader("heads")) == ["word use"]
    assert names(None, find_reader("rules")) == ["word use", "rules+heads"]
    assert names(None, None) == ["word use", "rules+heads"]
    own = Readers([*find_reader("heads").readers, Suspicious()])
    assert names(own, find_reader("heads")) == ["word use", "rules+suspicious"]


def test_the_reader_that_pays_is_refused():
    with pytest.raises(ArgumentError, match="a second opinion needs another reader"):
        audit(natural(), episodes=2, steps=0, second_reader="heads")


def test_the_second_opinion_calls_bad_what_the_honest_reply_is_not():
    first = known()[0]
    opinion = opinions(natural(), known(), Readers([Suspicious()]), find_reader("heads"))[-1]
    assert opinion.faults(first, "So!!")[0].startswith("does not stand (0.00")
    assert not opinion.faults(first, first.honest)


@pytest.mark.slow
def test_the_search_takes_the_second_opinion():
    report = audit(natural(), episodes=4, steps=30, second_reader=Readers([Suspicious()]), seed=1)
    assert report.second == "word use, suspicious"
