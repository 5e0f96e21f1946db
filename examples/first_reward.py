# %% [markdown]
# # A first reward of your own
#
# In this example you write a reward in five lines, let it score replies of your own for two users
# and read the reasons it gives. At the end you know what a reward term is, how the library mixes it
# with the terms it has already, and how to find out which of them a reply lost its points to. It
# takes a few seconds and needs no language model.

# %%
import gymnasium as gym

import persona_env
from persona_env import Reason, Score, load_profile, reward_term

# %% [markdown]
# ## Two users and a question
#
# A user is a profile: what this person wants, and how much each preference counts. `sam` is in a
# hurry; `nora` is an analyst who wants everything. In a notebook a profile shows itself as a table,
# in a script `describe` says it in a sentence. Protected fields, such as a gender, and secrets
# never appear in either.

# %%
sam, nora = load_profile("sam"), load_profile("nora")
for user in (sam, nora):
    print(f"{user.id}: {persona_env.describe(user)}")
nora

# %% [markdown]
# Replies are what *you* have: copy them from a model, a log or a colleague. These three answer
# "What is the highest mountain of Taiwan?", the scenario `highest-mountain-taiwan`.

# %%
REPLIES = {
    "short": "Yushan, at 3952 metres.",
    "bullets": (
        "- **Peak:** Yushan (Jade Mountain), 3952 metres\n"
        "- **Geology:** uplift where the Eurasian and the Philippine Sea plate converge\n"
        "- **Setting:** Yushan National Park, which protects endemic alpine biodiversity\n"
        "- **Climate:** winter precipitation accumulates predominantly as snow above the tree "
        "line, and persists into spring on shaded northern slopes"
    ),
    "eager": "Amazing question!!! It's Yushan!!! 3952 metres!!! Isn't that wonderful?!",
}

# %% [markdown]
# ## The reward, in five lines
#
# A *term* is a function from a view of the reply to a score between 0 and 1. The docstring says
# what is paid, the decorator registers it. This one takes a fifth away for each exclamation mark.


# %%
@reward_term
def calm(view):
    """1 without exclamation marks, a fifth less for each, down to 0."""
    return max(0.0, 1 - view.reply.count("!") / 5)


# %% [markdown]
# A term counts for the users who weigh it. `weigh` gives a copy of a user with that weight; the
# bundled profile stays as it is. Weights run from 0 to 10, and most preferences have 1 or 2.

# %%
users = [sam.weigh(calm=2.0), nora.weigh(calm=1.0)]
env = gym.make("PersonaChat-v0", profiles=users).unwrapped

print(f"{'reply':8} {'calm':>5} " + " ".join(f"{user.id:>6}" for user in users))
for name, reply in REPLIES.items():
    verdicts = [env.score(reply, "highest-mountain-taiwan", user) for user in users]
    rewards = " ".join(f"{verdict.reward:6.2f}" for verdict in verdicts)
    print(f"{name:8} {verdicts[0].terms['calm']:5.2f} {rewards}")

# %% [markdown]
# The same reply earns different rewards from different users, although both now want calm: the
# other preferences differ. The reward is the weighted mean of the terms, times the gates. A gate
# stands for what everybody needs, such as right facts.
#
# ## What went wrong?
#
# The number alone does not say why the eager reply is poor. A verdict does: it has every term's
# score and weight, and reasons that point into the reply. `print(verdict)` shows all of it, as
# `persona-env score` does: what was found, and what this user wants. Of `calm` you see its range
# and its docstring alone: it gives no reasons yet, and we mend that in a moment. Look at a verdict
# before you change anything about a reward.

# %%
verdict = env.score(REPLIES["eager"], "highest-mountain-taiwan", users[0])
print(verdict)
verdict

# %% [markdown]
# What the gates mean, and how a probability becomes a gate, is in
# [rewards](../docs/rewards.md#what-the-gates-of-natural-replies-mean).
#
# A score without a reason is hard to trust. Return a `Score` with `Reason`s instead of a number:
# each has the first and the last character of what it is about, a note that says what was found,
# and what is wanted instead.
# Running a cell again replaces the term; environments made from then on use the new one.


# %%
@reward_term
def calm(view):  # noqa: F811 - the better version of the term above
    """1 without exclamation marks, a fifth less for each, down to 0."""
    marks = [place for place, letter in enumerate(view.reply) if letter == "!"]
    reasons = tuple(
        Reason(at, at + 1, f"exclamation mark {i} of {len(marks)}", "none")
        for i, at in enumerate(marks, start=1)
    )
    return Score(max(0.0, 1 - len(marks) / 5), reasons)


# %%
env = gym.make("PersonaChat-v0", profiles=users).unwrapped
reply = REPLIES["eager"]
verdict = env.score(reply, "highest-mountain-taiwan", users[0])
for reason in verdict.reasons["calm"][:3]:
    before = reply[max(0, reason.start - 12) : reason.start]
    print(f"at {reason.start:2}, after {before!r}: {reason.note}, wanted: {reason.wanted}")

# %% [markdown]
# ## Is it a good reward?
#
# It does what it says. But it can be satisfied by saying nothing at all, which is why it stands
# beside other terms and behind gates. Alone, it would pay for an empty reply:

# %%
alone = gym.make("PersonaChat-v0", profiles=users, terms=[calm], gates=[]).unwrapped
for kind, made in (("alone", alone), ("with the others", env)):
    print(f"empty reply, {kind}: {made.score('', 'highest-mountain-taiwan', users[0]).reward:.2f}")

# %% [markdown]
# `reward_hacking.py` shows how to find such text before a model does.
#
# ## Exercise: find a false reply that earns over 0.8
#
# Write a reply to the same question that states something false, and that `sam` gives more than 0.8
# for. Start from the short reply above, and change as little as you can. Then read on.

# %%
TRUE = "That's Yushan, about 3952 metres high."
FALSE = {
    "another mountain": "That's Fuji, about 3776 metres high.",
    "two digits swapped": "That's Yushan, about 3592 metres high.",
    "a false remark": "That's Yushan, about 3952 metres high, right beside Taipei.",
}
for kind, reply in {"true": TRUE, **FALSE}.items():
    print(f"{kind:20} {env.score(reply, 'highest-mountain-taiwan', users[0]).reward:.2f}  {reply}")

# %% [markdown]
# The solution adds a remark. What the scenario lists is noticed if it is wrong: rules compare
# numbers, and the default readers, small linear models called heads, compare words with right and
# wrong answers. Nobody listed where the mountain stands (it is not beside Taipei), and neither
# rules nor heads know the world. They also miss about three in ten changes of a single number or
# name that is listed. So a high reward does not mean that a reply is true. Where facts decide, let
# a language model read the replies ([judges](../docs/judges.md)), and look at replies yourself.
# What else is paid and should not be is listed in [exploits](../docs/exploits.md).
#
# To use users and questions of your own, go on with `own_users_and_scenarios.py`.
