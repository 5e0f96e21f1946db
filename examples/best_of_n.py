# %% [markdown]
# # Best of n, with a reward for each user
#
# The simplest way to optimise a reward needs no training: draw n replies and keep the best. In
# this example you compute exactly what that earns and how far it moves away from the policy, draw
# both against n, and see the difference between choosing by each user's own reward and by one
# average reward for all. You also meet ties: with rewards that often coincide, the well-known
# formula for the KL divergence is only an upper bound. It takes about a quarter of a minute.

# %%
from pathlib import Path

import gymnasium as gym
import matplotlib.pyplot as plt
import numpy as np
import torch

from persona_env.agents import LanguageModelAgent, load_policy
from persona_env.metrics import best_of_n, best_of_n_kl

torch.set_num_threads(1)
FOLDER = Path("runs/examples/best_of_n")
FOLDER.mkdir(parents=True, exist_ok=True)

# %% [markdown]
# ## Samples, and what each user gives them
#
# We draw 128 replies of the bundled policy for each of three users and four questions, and let all
# three users score every reply. The policy sees the user it writes for; at temperature 1 it varies
# enough for a choice. It writes in the tiny register.

# %%
SAMPLES = 128
USERS = ["sam", "leo", "nora"]
QUESTIONS = ["largest-planet", "start-compost", "strong-password", "moons-of-mars"]
env = gym.make("PersonaChat-v0", profiles=USERS, split="heldout", register="tiny").unwrapped
agent = LanguageModelAgent(*load_policy("persona-tiny"), max_new_tokens=64, temperature=1.0, seed=0)

rewards = {}  # (question, user): what each of the users gives, float64 of shape (3, SAMPLES)
for question in QUESTIONS:
    scenario = env.scenarios.find(question)
    for user in env.users:
        replies = agent([env.handed(scenario, user)] * SAMPLES)
        rewards[question, user.id] = np.array(
            [[env.score(reply, scenario, judge).reward for reply in replies] for judge in env.users]
        )
        print(f"{question}: {len(set(replies))} different replies of {SAMPLES} for {user.id}")

# %% [markdown]
# ## The expected maximum, exactly
#
# To draw n samples once and note the best would be one noisy number. `best_of_n` gives the mean
# over *all* choices of n out of the 128 samples, in closed form: an unbiased estimate for every n
# up to 128, from the same samples. (For rewards 0 and 1 it is the estimator known as pass@k.)
#
# `chosen_by` is for the case that matters most in practice: the best is chosen by one reward, and
# another one is watched. Here we choose once by the user's own reward and once by the mean of all
# three users, which is what a reward without users amounts to.

# %%
NS = [1, 2, 4, 8, 16, 32, 64]


def mean_best(name, by_own):
    """The watched user's expected reward at each n, the mean over questions."""
    row = USERS.index(name)
    curves = []
    for question in QUESTIONS:
        given = rewards[question, name]
        chosen_by = given[row] if by_own else given.mean(axis=0)
        curves.append([best_of_n(given[row], n, chosen_by=chosen_by) for n in NS])
    return np.mean(curves, axis=0)


own = {name: mean_best(name, by_own=True) for name in USERS}
average = {name: mean_best(name, by_own=False) for name in USERS}
print("n                  ", *(f"{n:5d}" for n in NS))
for name in USERS:
    print(f"{name:5} own reward   ", *(f"{value:5.2f}" for value in own[name]))
    print(f"{name:5} average one  ", *(f"{value:5.2f}" for value in average[name]))

# %% [markdown]
# Choosing by the user's own reward rises for everybody. Choosing by the average stays behind, and
# for `sam` it even falls again: the more samples there are, the more surely the one is found that
# pleases the other two, at his expense.
#
# ## How far from the policy?
#
# If no two replies earn the same, best-of-n has a KL divergence of exactly log n - (n - 1)/n from
# the policy. With ties it is less, because among tied replies nothing is chosen. If p is the
# probability of the top reward, it can never exceed -log p: once a best reply is nearly always
# found, more samples change nothing.
#
# `best_of_n_kl(n)` is the formula, `best_of_n_kl(n, levels)` the exact value for known
# probabilities of the reward levels, from the lowest up. We put in their shares among the samples.
# Where nearly all rewards differ, as for `nora`, 128 samples cannot tell rare levels apart, and the
# estimate is too low for large n; believe the formula there.


# %%
def shares(values):
    """The levels of these rewards, and the share of samples at each, the lowest level first."""
    levels, counts = np.unique(values.round(9), return_counts=True)
    return levels, counts / counts.sum()


question = QUESTIONS[0]
print(f"{question}; n = {NS[-1]}, formula {best_of_n_kl(NS[-1]):.2f}")
kl, limit = {}, {}
for row, name in enumerate(USERS):
    levels, share = shares(rewards[question, name][row])
    kl[name] = [best_of_n_kl(n, share) for n in NS]
    limit[name] = -np.log(share[-1])
    print(
        f"  {name:5} {len(levels):3d} levels, top {levels[-1]:.2f} with probability "
        f"{share[-1]:.3f}: KL {kl[name][-1]:.2f}, limit {limit[name]:.2f}"
    )

# %% [markdown]
# ## The figure

# %%
COLOURS = dict(zip(USERS, ("#0072b2", "#d55e00", "#009e73"), strict=True))
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
for name, colour in COLOURS.items():
    left.plot(NS, own[name], "o-", color=colour, label=f"{name}, by own reward")
    left.plot(NS, average[name], "s--", color=colour, mfc="white", label=f"{name}, by the average")
    right.plot(NS, kl[name], "o-", color=colour, label=f"{name}, with ties")
    right.axhline(limit[name], color=colour, ls=":", lw=1)
right.plot(NS, [best_of_n_kl(n) for n in NS], color="black", lw=2, label="log n - (n - 1)/n")
left.set(xlabel="n", ylabel="expected reward of the best", xscale="log", ylim=(0, 1.02))
right.set(xlabel="n", ylabel="KL in nats", xscale="log", title=f"{question} (dotted: limits)")
for axes in (left, right):
    axes.set_xticks(NS, NS)
    axes.minorticks_off()
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8)
figure.savefig(FOLDER / "best_of_n.png", dpi=150)

# %% [markdown]
# ## What to take along
#
# - Compare a trained policy with best-of-n at the same KL before you call its training good.
# - Choose by the reward of the user who asked. An average reward optimises for a user who does not
#   exist.
# - The higher n, the more a flaw of the reward is found: `reward_hacking.py` shows that with a
#   reward that has one.
