"""The language-model policy: its caches agree with plain forwards, and PPO learns who asks."""

from __future__ import annotations

import shutil

import gymnasium as gym
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from stable_baselines3.common.vec_env import DummyVecEnv
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    AutoTokenizer,
    GenerationConfig,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
)

from persona_env import Scenario, UserProfile, reward_term
from persona_env.agents.device import known_device
from persona_env.agents.inference import choices
from persona_env.agents.inference.cache import SlotCache, keyword_of
from persona_env.agents.inference.choices import BITS, draw, draw_and_log_prob, log_prob_and_entropy
from persona_env.agents.inference.decode import PlainDecoder, decoder_for
from persona_env.agents.inference.llama import LlamaEncoder, is_small_llama
from persona_env.agents.inference.llama_decode import LlamaDecoder
from persona_env.agents.inference.sequences import encode, longest_of
from persona_env.agents.language_model import (
    LanguageModelAgent,
    generate,
    load_agent,
    load_policy,
    save_tokenizer,
)
from persona_env.agents.ppo.policy import LanguageModelPolicy
from persona_env.agents.ppo.ppo import LanguageModelPPO, TextRolloutBuffer, make_ppo
from persona_env.agents.ppo.saved import load_ppo, save_ppo
from persona_env.agents.ppo.vec_env import TokenVecEnv
from persona_env.agents.training.by_ppo import build as build_run
from persona_env.agents.training.checkpoint import save_modules
from persona_env.agents.training.judged_run import threads_for
from persona_env.agents.training.options import TrainOptions
from persona_env.errors import PersonaEnvError
from persona_env.evaluation.agent_options import AgentOptions
from persona_env.evaluation.named import find_agent
from persona_env.messages import chat_messages
from persona_env.registration import find_policy
from persona_env.vector import TokenVectorEnv
from persona_env.wrappers.tokenizers import TransformersCodec

from .small_policy import WORDS, small


@reward_term(uses=("context.languages",))
def names_colour(exchange):
    """1 for 'red' to who reads English and 'blue' to who reads Spanish, else 0."""
    wanted = "red" if exchange.field("context.languages") == ("en",) else "blue"
    return float(exchange.reply.strip() == wanted)


def shake(model) -> None:
    """Norms that are no identity, and biases that are not nothing."""
    for parameter in model.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)


def padded(rows: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    tokens = torch.zeros(len(rows), max(map(len, rows)) + 2, dtype=torch.long)
    mask = torch.zeros_like(tokens)
    for i, row in enumerate(rows):
        tokens[i, : len(row)] = torch.tensor(row)
        mask[i, : len(row)] = 1
    return tokens, mask


@pytest.mark.parametrize("kind", ["gpt2", "llama"])
def test_slots_of_different_lengths_agree_with_plain_forwards(kind):
    model = small(kind)
    rng = np.random.default_rng(0)
    rows = [rng.integers(5, 60, size=n).tolist() for n in (3, 9, 5)]
    cache, lengths = SlotCache(3, 32), torch.tensor([3, 9, 5])
    tokens, _ = padded(rows)
    with torch.no_grad():
        every = torch.arange(3)
        where = cache.prefill(every, lengths)
        out = model(tokens[:, :9], use_cache=True, **{keyword_of(model): cache}, **where)
        got = [out.logits[every, lengths - 1]]
        for step in range(6):
            if step == 3:  # slot 1 begins a new episode by itself
                rows[1] = rng.integers(5, 60, size=4).tolist()
                lengths[1] = 4
                where = cache.prefill(torch.tensor([1]), torch.tensor([4]))
                fresh = torch.tensor([rows[1]])
                model(fresh, use_cache=True, **{keyword_of(model): cache}, **where)
            new = torch.from_numpy(rng.integers(5, 60, size=3))
            for row, token in zip(rows, new.tolist(), strict=True):
                row.append(token)
            lengths += 1
            out = model(
                new[:, None],
                use_cache=True,
                **{keyword_of(model): cache},
                **cache.decode(None, lengths),
            )
            got.append(out.logits[:, -1])
            for i, row in enumerate(rows):
                plain = model(torch.tensor([row])).logits[0, -1]
                assert torch.allclose(got[-1][i], plain, atol=1e-4)


@pytest.mark.parametrize("queries", [2, 4])
def test_the_fused_decoder_is_the_models_forward(queries):
    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=60, hidden_size=32, intermediate_size=48, num_hidden_layers=2,
        num_attention_heads=queries, num_key_value_heads=2, max_position_embeddings=64,
    )  # fmt: skip
    model = LlamaForCausalLM(config).eval()
    shake(model)
    decoder = decoder_for(model, 32)
    assert isinstance(decoder, LlamaDecoder)
    rng = np.random.default_rng(0)
    rows = [rng.integers(5, 60, size=n).tolist() for n in (3, 9, 5)]
    cache, lengths = SlotCache(3, 32), torch.tensor([3, 9, 5])
    tokens, _ = padded(rows)
    with torch.no_grad():
        got = decoder.prefill(tokens[:, :9], cache, torch.arange(3), lengths)
        for row, state in zip(rows, got, strict=True):
            plain = model.model(torch.tensor([row])).last_hidden_state[0, -1]
            assert torch.allclose(state, plain, atol=1e-4)
        for some in (None, torch.tensor([2, 0]), None):
            those = [0, 1, 2] if some is None else some.tolist()
            for i in those:
                rows[i].append(int(rng.integers(5, 60)))
                lengths[i] += 1
            new = torch.tensor([rows[i][-1] for i in those])
            got = decoder.step(new, cache, some, lengths[those])
            for i, state in zip(those, got, strict=True):
                plain = model.model(torch.tensor([rows[i]])).last_hidden_state[0, -1]
                assert torch.allclose(state, plain, atol=1e-4)
    assert isinstance(decoder_for(small("gpt2"), 32), PlainDecoder)


def test_only_the_very_layers_of_llama_are_fused():
    """An adapter in place of a layer, a bias or another activation would be passed over."""
    assert is_small_llama(small("llama"))
    for changed in ({"attention_bias": True}, {"hidden_act": "gelu"}, {"attention_dropout": 0.1}):
        config = small("llama").config
        config.update(changed)
        assert not is_small_llama(LlamaForCausalLM(config))
    adapted, half = small("llama"), small("llama").bfloat16()
    attention = adapted.model.layers[1].self_attn
    attention.v_proj = type("Adapter", (torch.nn.Linear,), {})(32, 16, bias=False)
    assert not is_small_llama(adapted)
    assert not is_small_llama(half)
    assert isinstance(decoder_for(adapted, 32), PlainDecoder)


@given(st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=6), min_size=1, max_size=12))
@settings(deadline=None, max_examples=60)
def test_each_row_is_found_inside_a_longest_one(rows):
    width = 8
    tokens = np.zeros((len(rows), width), dtype=np.int64)
    for i, row in enumerate(rows):
        tokens[i, : len(row)] = row
    lengths = np.array([len(row) for row in rows])
    kept, chain = longest_of(tokens, lengths)
    for row, owner in zip(rows, chain, strict=True):
        assert rows[kept[owner]][: len(row)] == row
    # Nothing is encoded that is the beginning of another kept row.
    owners = [rows[k] for k in kept]
    for i, a in enumerate(owners):
        assert not any(b[: len(a)] == a for j, b in enumerate(owners) if j != i)


@pytest.mark.parametrize("way", ["eager", "sdpa", "fused"])
@pytest.mark.parametrize("special", [(), (9, 31)])
@pytest.mark.parametrize("kind", ["gpt2", "llama"])
def test_encoding_once_is_encoding_each_prefix_with_its_gradient(kind, special, way):
    model = small(kind)
    if way == "fused" and kind == "gpt2":
        assert not is_small_llama(model)
        return
    shake(model)
    states_of = LlamaEncoder(model) if way == "fused" else None
    model.set_attn_implementation("eager" if way == "fused" else way)
    episodes = [
        [7, 8, 9, 10, 11, 12], [7, 8, 9, 10, 13], [7, 8, 9, 14], [7, 8, 30, 31], [40, 41, 42],
        [6] * 9 + [31, 12, 13, 14], [6] * 9 + [31, 15],
    ]  # fmt: skip
    begin = [3, 3, 1, 1, 1, 11, 11]  # rollouts also begin in the middle of a reply
    rows = [e[:n] for e, b in zip(episodes, begin, strict=True) for n in range(b, len(e) + 1)]
    order = np.random.default_rng(1).permutation(len(rows))
    rows = [rows[i] for i in order]
    tokens, mask = padded(rows)
    got = encode(model, tokens, mask, special, states_of)
    plain = [model.base_model(torch.tensor([row])).last_hidden_state[0, -1] for row in rows]
    assert torch.allclose(got, torch.stack(plain), atol=1e-5)
    weights = torch.randn(len(rows), 32, generator=torch.Generator().manual_seed(2))
    gradients = []
    for states in (got, torch.stack(plain)):
        model.zero_grad()
        (states * weights).sum().backward()
        gradients.append([p.grad.clone() for p in model.base_model.parameters()])
    for mine, theirs in zip(*gradients, strict=True):
        assert torch.allclose(mine, theirs, atol=1e-4)


def test_a_full_context_keeps_its_last_state():
    model = small("llama")
    tokens = torch.tensor([[7, 8, 9, 10], [7, 8, 0, 0], [7, 8, 9, 0], [7, 8, 11, 0]])
    mask = (tokens > 0).long()
    with torch.no_grad():
        got = encode(model, tokens, mask, special=(8,))
        plain = model.base_model(tokens[:1]).last_hidden_state[0, -1]
    assert torch.allclose(got[0], plain, atol=1e-5)


def test_sampling_follows_the_distribution_and_never_picks_the_impossible():
    logits = torch.log(torch.tensor([[0.7, 0.3, 0.0]])).repeat(20_000, 1)
    picked, log_probs = draw_and_log_prob(logits * BITS, torch.Generator().manual_seed(0))
    assert torch.equal(picked, draw(logits * BITS, torch.Generator().manual_seed(0)))
    share = torch.bincount(picked, minlength=3) / len(picked)
    assert share[2] == 0
    assert abs(float(share[0]) - 0.7) < 0.02  # six standard errors
    assert torch.allclose(log_probs, logits[0, picked])


def test_sampling_finds_the_few_ids_of_a_large_vocabulary():
    shares = {70: 0.2, 71: 0.1, 130: 0.5, 199: 0.2}  # others, and a block of 64 between, have none
    logits = torch.full((1, 200), -torch.inf)
    logits[0, list(shares)] = torch.log(torch.tensor(list(shares.values())))
    picked = draw((logits * BITS).repeat(20_000, 1), torch.Generator().manual_seed(0))
    found = torch.bincount(picked, minlength=200) / len(picked)
    for i, share in enumerate(found.tolist()):
        assert abs(share - shares.get(i, 0.0)) < (0.02 if i in shares else 1e-9), i


@pytest.mark.parametrize("share", [1.0, 0.0], ids=["entropy", "no entropy"])
def test_choices_have_the_gradient_of_their_definition(share, monkeypatch):
    monkeypatch.setitem(choices.AT_ONCE, "cpu", 18)  # two rows at once
    drawn = torch.Generator().manual_seed(0)
    start = [torch.randn(n, generator=drawn, dtype=torch.float64) for n in ((5, 4), (9, 4), (9,))]
    start[2][4] = -1e30  # a forbidden id
    chosen = torch.tensor([0, 1, 2, 8, 8])
    found = []
    for way in (log_prob_and_entropy, plain_log_prob_and_entropy):
        leaves = [one.clone().requires_grad_() for one in start]
        log_probs, entropy = way(*leaves, chosen)
        (log_probs.sin() + share * entropy.square()).sum().backward()
        found.append((log_probs.detach(), entropy.detach(), *(leaf.grad for leaf in leaves)))
    for mine, theirs in zip(*found, strict=True):
        assert torch.allclose(mine, theirs, atol=1e-12)


def test_choices_go_backwards_once():
    hidden, weight = torch.randn(3, 4), torch.randn(9, 4, requires_grad=True)
    log_probs, _ = log_prob_and_entropy(hidden, weight, torch.zeros(9), torch.arange(3))
    log_probs.sum().backward(retain_graph=True)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        log_probs.sum().backward()


def plain_log_prob_and_entropy(hidden, weight, bias, chosen):
    logs = torch.log_softmax(hidden @ weight.T + bias, -1)
    return logs.gather(1, chosen[:, None]).squeeze(1), -(logs.exp() * logs).sum(-1)


def colour_env():
    texts = {
        "en": {"prompt": "say", "answer": "red"},
        "es": {"prompt": "say", "answer": "blue"},
    }
    scenario = Scenario(id="colour", family="f", split="train", category="know_how", texts=texts)
    users = [UserProfile(id=code, context={"languages": [code]}) for code in ("en", "es")]
    options = {"terms": [names_colour], "gates": []}
    made = gym.make(
        "PersonaChat-v0", profiles=users, scenarios=[scenario], profile_text="short", **options
    )
    return made.unwrapped


def build(word_policy, device="cpu", together=1, seed=0, **options):
    model, codec = load_policy(word_policy)
    tokens = TokenVectorEnv(
        colour_env(),
        16,
        tokenizer=codec,
        max_new_tokens=3,
        context_length=16,
        vocab_size=model.config.vocab_size,
        autoreset_mode="SameStep",
    )
    envs = TokenVecEnv(tokens, together)
    return make_ppo(envs, str(word_policy), n_steps=32, seed=seed, device=device, **options)


@pytest.mark.slow
def test_ppo_reaches_the_known_optimum_where_the_user_blind_one_is_a_half(word_policy):
    torch.set_num_threads(1)
    ppo = build(
        word_policy, learning_rate=1e-3, batch_size=512, n_epochs=4, kl_coef=0.0, ent_coef=0.1
    )
    ppo.learn(24_000)
    agent = LanguageModelAgent(ppo.policy.model.eval(), ppo.policy.codec, max_new_tokens=3)
    env = colour_env()
    rewards = [
        env.score(agent([env.observe(env.scenarios[0], user)])[0], env.scenarios[0], user).reward
        for user in env.users
    ]
    assert rewards == [1.0, 1.0]


def test_rollout_and_update_agree_and_the_kl_penalty_is_the_log_ratio(word_policy):
    ppo = build(word_policy, batch_size=512, n_epochs=1, kl_coef=0.5)
    _, callback = ppo._setup_learn(512, callback=None)
    ppo.collect_rollouts(ppo.env, callback, ppo.rollout_buffer, 32)
    buffer, policy = ppo.rollout_buffer, ppo.policy
    assert isinstance(buffer, TextRolloutBuffer)
    assert isinstance(policy, LanguageModelPolicy)
    assert buffer.kl == pytest.approx(0.0, abs=1e-5)  # the policy is still its reference
    rows = next(iter(buffer.get(None)))
    with torch.no_grad():
        values, log_probs, entropy = policy.evaluate_actions(rows.observations, rows.actions)
    assert torch.allclose(log_probs, rows.old_log_prob, atol=1e-4)
    assert torch.allclose(values.flatten(), rows.old_values, atol=1e-4)
    assert (entropy > 0).all()
    assert (entropy <= np.log(int((~policy.forbidden).sum())) + 1e-5).all()


def test_a_reply_the_reference_finds_impossible_earns_nothing():
    obs = gym.spaces.Dict({"tokens": gym.spaces.Box(0, 9, (4,), np.int64)})
    buffer = TextRolloutBuffer(3, obs, gym.spaces.Discrete(9), n_envs=2)
    buffer.floor = -8.0
    buffer.episode_starts = np.array([[1, 1], [0, 1], [0, 0]], dtype=np.float32)
    buffer.rewards = np.array([[0, 1], [0, 0], [1, 1]], dtype=np.float32)
    reference = np.array([[-9, -9], [-1, -1], [-1, -2]], dtype=np.float32)
    buffer._refuse_unlikely(reference)
    assert buffer.rewards.tolist() == [[0, 0], [0, 0], [0, 1]]
    assert buffer.unlikely == pytest.approx(2 / 3)
    # The next rollout goes on inside an episode of slot 1, and of a lost one of slot 0.
    buffer.episode_starts = np.array([[0, 0], [1, 1], [0, 0]], dtype=np.float32)
    buffer.rewards = np.array([[1, 1], [0, 0], [1, 1]], dtype=np.float32)
    buffer._refuse_unlikely(np.full((3, 2), -1, dtype=np.float32))
    assert buffer.rewards.tolist() == [[0, 1], [0, 0], [1, 1]]


def test_a_minibatch_has_the_loss_of_one_that_encodes_each_row_anew(word_policy):
    ppo = build(word_policy, batch_size=256, kl_coef=0.0)
    _, callback = ppo._setup_learn(512, callback=None)
    ppo.collect_rollouts(ppo.env, callback, ppo.rollout_buffer, 32)
    policy, rows = ppo.policy, next(iter(ppo.rollout_buffer.get(256)))
    tokens, lengths = rows.observations["tokens"], rows.observations["attention_mask"].sum(1).long()

    def plain():
        hidden = torch.stack(
            [
                policy.model.model(row[:n][None].long()).last_hidden_state[0, -1]
                for row, n in zip(tokens, lengths, strict=True)
            ]
        )
        logits = policy.model.lm_head(hidden).masked_fill(policy.forbidden, -1e30)
        found = torch.distributions.Categorical(logits=logits / policy.temperature)
        log_probs = found.log_prob(rows.actions.flatten())
        return policy.value_head(hidden.detach()), log_probs, found.entropy()

    def loss(values, log_probs, entropy):
        ratio = (log_probs - rows.old_log_prob).exp() * 1.3  # some are clipped
        gain = torch.min(rows.advantages * ratio, rows.advantages * ratio.clamp(0.8, 1.2))
        value = (rows.returns - values.flatten()).square().mean()
        return -gain.mean() + 0.5 * value - 0.1 * entropy.mean()

    gradients = []
    for found in (policy.evaluate_actions(rows.observations, rows.actions), plain()):
        policy.zero_grad()
        total = loss(*found)
        total.backward()
        gradients.append((total.item(), [p.grad.clone() for p in policy.parameters()]))
    (ours, mine), (theirs, others) = gradients
    assert ours == pytest.approx(theirs, abs=1e-5)
    assert all(torch.allclose(a, b, atol=1e-4) for a, b in zip(mine, others, strict=True))


def test_half_precision_is_near_single_and_unknown_ones_are_refused(word_policy):
    logs = {}
    for precision in ("float32", "bfloat16"):
        ppo = build(word_policy, batch_size=512, precision=precision)
        obs = {key: torch.as_tensor(value) for key, value in ppo.get_env().reset().items()}
        with torch.no_grad():
            logs[precision] = ppo.policy.evaluate_actions(obs, torch.full((16,), 7))[1]
    assert torch.allclose(logs["float32"], logs["bfloat16"], atol=0.03)
    with pytest.raises(PersonaEnvError, match="unknown precision 'half'"):
        build(word_policy, batch_size=512, precision="half")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"temperature": 0.0}, "temperature=0.0 must be above 0"),
        ({"kl_coef": -1.0}, "kl_coef=-1.0 must be at least 0"),
        ({"floor": 3.0}, "floor=3.0 must be below 0"),
    ],
)
def test_options_that_cannot_train_are_refused(word_policy, options, message):
    with pytest.raises(ValueError, match=message):
        build(word_policy, **options)


def test_a_device_that_is_not_here_is_refused_before_anything_is_written(tmp_path):
    assert known_device("cpu") == "cpu"
    with pytest.raises(PersonaEnvError, match=r"device 'gpu' here; there are \['cpu'"):
        TrainOptions(device="gpu", output=tmp_path / "run")
    with pytest.raises(PersonaEnvError, match="cannot compute on device 'cuda:99'"):
        load_policy("persona-tiny", "cuda:99")
    assert not (tmp_path / "run").exists()


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_thinks_what_the_processor_thinks(word_policy):
    found = {}
    for device in ("cpu", "cuda"):
        ppo = build(word_policy, batch_size=512, device=device)
        first = ppo.get_env().reset()
        obs = {key: torch.as_tensor(value, device=device) for key, value in first.items()}
        with torch.no_grad():
            found[device] = ppo.policy.evaluate_actions(obs, torch.full((16,), 7, device=device))
        ppo.learn(512)
    for here, there in zip(found["cpu"], found["cuda"], strict=True):
        assert torch.allclose(here, there.cpu(), atol=1e-3)


def losses(ppo, updates=3):
    """The last loss and mean reward of each of some rollouts and updates from one seed."""
    found = []
    torch.manual_seed(0)
    for _ in range(updates):
        ppo.learn(512, reset_num_timesteps=False)
        found.append(ppo.logger.name_to_value["train/loss"])
    return np.array(found)


def test_half_precision_learns_what_single_learns(word_policy):
    one, half = (
        losses(build(word_policy, batch_size=512, n_epochs=2, precision=precision))
        for precision in ("float32", "bfloat16")
    )
    assert np.allclose(one, half, atol=0.02)
    assert not np.array_equal(one, half)


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("g++"), reason="torch.compile needs a C++ compiler here")
@pytest.mark.filterwarnings("default")  # the compiler's own
def test_compiled_updates_learn_what_plain_ones_learn(word_policy):
    plain, compiled = (
        losses(build(word_policy, batch_size=512, n_epochs=2, compiled=compiled))
        for compiled in (False, True)
    )
    assert np.allclose(plain, compiled, atol=1e-3)


def test_the_reference_moves_with_the_policy(word_policy):
    policy = build(word_policy, batch_size=512).policy
    policy.to("meta")
    places = {p.device.type for p in (*policy.parameters(), *policy._reference.parameters())}
    assert places == {policy.closed.device.type, policy.forbidden.device.type} == {"meta"}
    assert policy.model.config._attn_implementation == "sdpa"


def test_threads_follow_the_size_of_the_model():
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(8)
        sizes = (1, 499_999, 1_066_112, 9_000_000)
        assert [threads_for(size) for size in sizes] == [1, 1, 2, 8]
    finally:
        torch.set_num_threads(before)


def test_the_cache_survives_updates_of_the_weights(word_policy):
    ppo = build(word_policy, batch_size=512, n_epochs=1, learning_rate=1e-2)
    ppo.learn(1024)
    obs = {key: torch.as_tensor(value) for key, value in ppo._last_obs.items()}
    actions = torch.zeros(16, dtype=torch.long)
    with torch.no_grad():
        cached = ppo.policy.predict_values(obs)
        plain, _, _ = ppo.policy.evaluate_actions(obs, actions)
    assert torch.allclose(cached, plain, atol=1e-4)


def test_what_is_loaded_has_the_options_that_were_saved_and_trains_alike(word_policy, tmp_path):
    options = {"batch_size": 256, "n_epochs": 2, "together": 4, "seed": 3}
    ppo = build(word_policy, kl_coef=0.3, floor=-2.3, temperature=0.8, **options)
    ppo.learn(512)  # the order of minibatches has advanced, and the policy left its reference
    file = save_ppo(ppo, tmp_path / "ppo.safetensors")
    again = load_ppo(file, build(word_policy, **options).get_env())
    assert again.num_timesteps == 512
    assert again.policy.temperature == 0.8
    assert again.policy.codec.end_ids == ppo.policy.codec.end_ids
    known = [(p.rollout_buffer.kl_coef, p.rollout_buffer.floor) for p in (ppo, again)]
    assert known == [(0.3, -2.3)] * 2
    assert again.rollout_buffer.together == 4
    weights = []
    for one in (ppo, again):
        one.get_env().seed(5)
        one.set_env(one.get_env())  # both begin with a reset
        torch.manual_seed(1)
        one.learn(512, reset_num_timesteps=False)
        weights.append([p.detach().clone() for p in one.policy.parameters()])
    ours, theirs = ppo.rollout_buffer, again.rollout_buffer
    assert ours.kl == theirs.kl != 0
    assert np.array_equal(ours._lowest, theirs._lowest)  # the floor looks at the same reference
    assert np.array_equal(ours.returns, theirs.returns)
    assert all(torch.equal(a, b) for a, b in zip(*weights, strict=True))


def test_what_is_loaded_without_environments_keeps_its_groups(word_policy, tmp_path):
    ppo = build(word_policy, together=4, kl_coef=0.3, n_epochs=1, learning_rate=1e-2)
    ppo.learn(512)
    file = save_ppo(ppo, tmp_path / "new" / "ppo.safetensors")
    alone = load_ppo(file)
    assert (alone.rollout_buffer.together, alone.rollout_buffer.kl_coef) == (4, 0.3)
    assert alone.observation_space == ppo.observation_space
    seen = ppo.get_env().reset()
    ours, theirs = (one.predict(seen, deterministic=True)[0] for one in (ppo, alone))
    assert np.array_equal(ours, theirs)
    fewer = load_ppo(file, build(word_policy).get_env())
    assert fewer.rollout_buffer.together == 1  # those of the environments that it goes on with
    alone.set_env(ppo.get_env())
    alone.learn(1024, reset_num_timesteps=False)
    assert alone.num_timesteps == 1536


def test_no_pickle_is_written_or_read(word_policy, tmp_path):
    ppo = build(word_policy)
    with pytest.raises(PersonaEnvError, match=r"save_ppo\(ppo, file\)"):
        ppo.save(tmp_path / "ppo.zip")
    with pytest.raises(PersonaEnvError, match="pickle, which runs code"):
        LanguageModelPPO.load(tmp_path / "ppo.zip")
    assert not [*tmp_path.iterdir()]


def test_what_cannot_be_saved_or_loaded(word_policy, tmp_path):
    with pytest.raises(PersonaEnvError, match="learning_rate=a value of type function"):
        save_ppo(build(word_policy, learning_rate=lambda left: 1e-3 * left), tmp_path / "x")
    with pytest.raises(PersonaEnvError, match="there is no state of a PPO"):
        load_ppo(tmp_path)
    (tmp_path / "x").write_text("x")
    with pytest.raises(PersonaEnvError, match="is not the state of a run"):
        load_ppo(tmp_path / "x")
    save_modules(tmp_path / "y", torch.nn.Linear(1, 1), [], {"steps": 1})
    with pytest.raises(PersonaEnvError, match="does not tell how its PPO was made"):
        load_ppo(tmp_path / "y")


def test_generation_is_what_transformers_generates():
    model, codec = load_policy("persona-tiny")
    prompts = [
        codec.prompt({"user": user, "prompt": prompt, "transcript": ""})
        for user, prompt in (
            ("", "What is the highest mountain of Taiwan?"),
            ("Child.", "Hi"),
            ("Wants: detailed; caveats; jokes; numbered steps.", "Why is the sky blue?"),
            ("Wants: brief.", "Why is the sky blue?"),
            ("Reads Chinese. Wants: brief.", "天空为什么是蓝色的？"),
        )
    ]
    replies = generate(model, codec, prompts, max_new_tokens=60)
    assert sorted(map(len, replies))[2] < 60  # rows that end are left behind
    for prompt, reply in zip(prompts, replies, strict=True):
        out = model.generate(torch.tensor([prompt]), max_new_tokens=60, do_sample=False)
        assert codec.decode(out[0, len(prompt) :].tolist()) == codec.decode(reply)


def test_an_environment_of_other_size_is_refused_with_what_to_do(word_policy):
    envs = DummyVecEnv([lambda: gym.make("PersonaChatTokens-v0")])
    with pytest.raises(ValueError, match="vocab_size="):
        make_ppo(envs, str(word_policy))


# --- what ends a reply --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def chat_model(tmp_path_factory):
    """A folder as people publish them: a turn ends with <turn>, a text with <stop>."""
    vocab = {word: i for i, word in enumerate(("<blank>", "<stop>", "<turn>", "<unk>", *WORDS))}
    tokenizer = Tokenizer(models.WordLevel(vocab, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.add_special_tokens(["<blank>", "<stop>", "<turn>"])
    folder = tmp_path_factory.mktemp("chat-model")
    small("llama", len(vocab)).save_pretrained(folder)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<stop>", pad_token="<blank>", unk_token="<unk>"
    ).save_pretrained(folder)
    return folder


def with_ends(folder, target, ends):
    """A copy whose generation config names these ends."""
    shutil.copytree(folder, target)
    GenerationConfig(eos_token_id=ends, pad_token_id=0).save_pretrained(target)
    return target


@pytest.mark.parametrize(
    ("named", "ends"), [(1, (1,)), (2, (1, 2)), ([2, 1], (1, 2)), (None, (1,)), ([99, 2], (1, 2))]
)
def test_the_generation_config_names_what_ends_a_reply(chat_model, tmp_path, named, ends):
    _, codec = load_policy(with_ends(chat_model, tmp_path / "model", named))
    assert codec.end_ids == ends


@pytest.mark.parametrize(("given", "ends"), [("<turn>", (2,)), (2, (2,)), (["<turn>", 1], (2, 1))])
def test_end_token_is_an_option_that_a_saved_policy_keeps(chat_model, tmp_path, given, ends):
    model, codec = load_policy(chat_model, end_token=given)
    assert codec.end_ids == load_agent(str(chat_model), end_token=given).codec.end_ids == ends
    model.save_pretrained(tmp_path)
    save_tokenizer(chat_model, tmp_path)
    saved = GenerationConfig.from_pretrained(tmp_path).eos_token_id
    assert saved == (list(ends) if len(ends) > 1 else ends[0])
    assert set(ends) <= {*load_policy(tmp_path)[1].end_ids}


def test_an_end_token_that_is_none_is_refused(chat_model):
    with pytest.raises(PersonaEnvError, match="Did you mean '<turn>'"):
        load_policy(chat_model, end_token="<trun>")


def test_each_end_stops_generation(chat_model):
    model, codec = load_policy(chat_model, end_token=["<turn>", "<stop>"])
    prompts = [codec.prompt({"user": "", "prompt": "say red", "transcript": ""})] * 40
    drawn = torch.Generator().manual_seed(0)
    options = {"max_new_tokens": 12, "temperature": 1.0}
    replies = generate(model, codec, prompts, generator=drawn, **options)
    assert not {token for reply in replies for token in reply} & {0, 1, 2}
    assert len({len(reply) for reply in replies}) > 4
    _, one_end = load_policy(chat_model, end_token="<stop>")
    longer = generate(model, one_end, prompts, generator=drawn.manual_seed(0), **options)
    assert np.mean([*map(len, longer)]) > np.mean([*map(len, replies)])


def test_ppo_ends_replies_as_its_environments_do(chat_model):
    model, codec = load_policy(chat_model, end_token="<turn>")
    tokens = TokenVectorEnv(
        colour_env(), 4, tokenizer=codec, max_new_tokens=3, context_length=24,
        vocab_size=model.config.vocab_size, autoreset_mode="SameStep",
    )  # fmt: skip
    ppo = make_ppo(TokenVecEnv(tokens), str(chat_model), n_steps=8, seed=0)
    assert ppo.policy.codec.end_ids == codec.end_ids == (2,)
    assert ppo.policy.forbidden.nonzero().flatten().tolist() == [0, 1, 3]
    assert ppo.policy.model.generation_config.eos_token_id == 2
    ppo.learn(64)
    assert ppo.policy._get_constructor_parameters()["end_token"] == [2]


def test_a_run_and_an_evaluation_take_the_end_token(chat_model, tmp_path):
    options = TrainOptions(
        policy=str(chat_model), end_token="<turn>", envs=4, output=tmp_path, tracker=("none",)
    )
    ppo = build_run(options)
    ends = {one.end_ids for one in (ppo.policy.codec, *ppo.get_env().get_attr("codec"))}
    assert ends == {(2,)}
    env = gym.make("PersonaChat-v0").unwrapped
    options = AgentOptions(end_token="<turn>")
    assert find_agent(str(chat_model), options).make(env).codec.end_ids == (2,)
    with pytest.raises(PersonaEnvError, match="--end-token is for a language model"):
        find_agent("oracle", options)


# --- conversations ------------------------------------------------------------------------------


def test_an_agent_answers_messages_as_it_answers_their_observation():
    agent = LanguageModelAgent(*load_policy("persona-tiny"), max_new_tokens=12)
    env = gym.make("PersonaChat-v0", max_turns=2)
    observation, info = env.reset(seed=3)
    assert agent([observation]) == agent([info["messages"]])
    observation, *_, info = env.step("No.")
    assert agent([observation]) == agent([info["messages"]])


def test_a_prompt_beyond_the_models_positions_is_shortened_and_it_is_told():
    model, codec = load_policy("persona-tiny")
    agent = LanguageModelAgent(model, codec, max_new_tokens=12)
    long = {"user": "Wants: brief.", "prompt": "Why is the sky blue? " * 400, "transcript": ""}
    with pytest.warns(UserWarning, match="does not fit the 512 positions of the model"):
        assert agent([long])[0]
    agent([long])  # a second warning would be an error here
    with pytest.raises(PersonaEnvError, match="there is room for 2"):
        LanguageModelAgent(model, codec, max_new_tokens=510)


@pytest.mark.parametrize("name", ["persona-tiny", "persona-tiny-wide"])
def test_the_bundled_chat_template(name):
    tokenizer, codec = AutoTokenizer.from_pretrained(find_policy(name)), load_policy(name)[1]
    talk = chat_messages("Child.", [("user", " Hi "), ("assistant", "Ho.\n")], "Why?")

    def text(messages, reply):
        return tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=reply)

    assert text(chat_messages("Child.", (), "Why?"), True) == "<user>Child.<ask>Why?<reply>"
    assert text(chat_messages("", (), "Why?\n"), True) == "<user><ask>Why?\n<reply>"
    whole = "<user>Child.<ask> Hi <reply>Ho.\n<end><ask>Why?"
    assert (text(talk, False), text(talk, True)) == (whole, f"{whole}<reply>")
    assert text(talk[:3], False) == "<user>Child.<ask> Hi <reply>Ho.\n<end>"
    first = chat_messages("Child.", (), "¿Qué?")
    ids = tokenizer.apply_chat_template(first, add_generation_prompt=True, return_dict=True)
    assert ids["input_ids"] == codec.prompt(first)
    found = tokenizer.apply_chat_template(talk, return_dict=True, return_assistant_tokens_mask=True)
    pairs = zip(found["input_ids"], found["assistant_masks"], strict=True)
    assert tokenizer.decode([i for i, learnt in pairs if learnt]) == "Ho.\n<end>"
    assert TransformersCodec(tokenizer).end_ids == (codec.end_id,)
