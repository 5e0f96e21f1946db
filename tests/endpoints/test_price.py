"""Prices that a user gives, and a purse that is never overdrawn."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy

import numpy as np
import pytest

from persona_env.endpoints import Cost, Price, Purse, Response, money
from persona_env.errors import ArgumentError

TOKEN = Price(0.0, 1_000_000.0)
"""A token out costs 1."""


@pytest.mark.parametrize("text", ["", "1", "1,2,3", "a,b", "-1,2", "nan,1", "1,inf", "1;2"])
def test_what_is_no_price(text):
    with pytest.raises(ArgumentError, match=r"--agent-price takes IN,OUT.* as in 0\.15,0\.6; not"):
        Price.of(text, "--agent-price")


def test_a_price_is_for_a_million_tokens():
    price = Price.of("0.15, 0.6", "--agent-price")
    assert price == (0.15, 0.6)
    assert price.cost(2_000_000, 500_000) == pytest.approx(0.6)
    assert str(price) == "0.15,0.6"
    assert Price.of(str(price), "x") == price


def test_money_is_told_with_its_leading_digits():
    told = [money(one) for one in (0.0, 0.000002, 0.0123, 0.5, 2.0, 1234.567)]
    assert told == ["0", "0.000002", "0.0123", "0.5", "2.00", "1,234.57"]


def test_a_cost_tells_money_only_where_a_price_is_given():
    one = Response(200, "", 1, tokens_in=1_000_000, tokens_out=500_000)
    cost, free = Cost(price=Price(1.0, 2.0)), Cost()
    for each in (cost, free):
        each.count(one)
    assert cost.tokens == "1,000,000 tokens in, 500,000 out; cost 2.00"
    assert free.tokens == "1,000,000 tokens in, 500,000 out"
    cost.count(Response(200, "", 1, untold=1))
    assert cost.tokens.endswith("untold of 1 call; cost 2.00 and what those took")


def test_a_purse_is_not_overdrawn_by_what_a_call_may_cost():
    """Worked by hand: of 13 three calls of at most 7 that cost 3 each; the fourth may make 16."""
    purse = Purse(13.0)
    made = 0
    while purse.set_aside(7.0):
        made += 1
        purse.settle(7.0, 3.0)
    assert (made, purse.spent, purse.is_empty) == (3, 9.0, True)
    assert purse.set_aside(4.0)  # a cheaper one still fits
    assert not Purse(0.0).set_aside(0.1)
    assert Purse().set_aside(1e9)


def test_calls_at_once_share_a_purse_and_wait_for_what_is_set_aside():
    for seed in range(5):
        purse = Purse(100.0)
        costs = np.random.default_rng(seed).uniform(0.1, 7.0, 60).tolist()

        def call(cost, purse=purse):
            if not purse.set_aside(7.0):
                return 0.0
            time.sleep(0.0005)
            purse.settle(7.0, cost)
            return cost

        with ThreadPoolExecutor(8) as pool:
            paid = sum(pool.map(call, costs))
        assert purse.spent == pytest.approx(paid)
        assert 93.0 < purse.spent <= 100.0  # nothing is given up while it could still fit


def test_a_copy_has_what_is_left():
    purse = Purse(10.0)
    purse.set_aside(4.0)
    purse.settle(4.0, 4.0)
    assert deepcopy(purse).most == 6.0
    assert deepcopy(Purse()).most is None


@pytest.mark.parametrize("most", [-1.0, float("nan"), float("inf")])
def test_what_no_purse_holds(most):
    with pytest.raises(ArgumentError, match="max_cost"):
        Purse(most)
