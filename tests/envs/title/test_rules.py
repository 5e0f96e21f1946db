"""The rules of a title: words, key points, made-up words, private things, form; and the gates."""

from __future__ import annotations

import pytest

from persona_env import UserProfile
from persona_env.envs.title import PersonaTitleEnv
from persona_env.envs.title.content import key_points, made_up, private
from persona_env.envs.title.facts import facts_of
from persona_env.envs.title.form import brevity, is_copy, is_reply, padding, repeated, stray
from persona_env.envs.title.phrase import phrase
from persona_env.envs.title.session import Session
from persona_env.envs.title.titles import read_title
from persona_env.envs.title.words import same_word
from persona_env.scenarios.library import load_scenarios

ENV = PersonaTitleEnv(split="all", register="tiny")
WRITTEN = {scenario.id: scenario for scenario in load_scenarios(folder="title")}

RICE = Session(
    messages=(
        "My rice cooker spills starchy water all over the counter. Ana Ruiz (555-0147) gave it to "
        "me, I have diabetes and cook rice every day.",
        "Rinse the rice first and fill the pot to the half. A drop of oil stops the foam.",
        "Which oil?",
        "Any oil. The notebook that came with it says so too.",
    ),
    titles=(
        "Rice cooker spilling",
        "Rice cooker spills starchy water",
        "Rinse the rice first when the rice cooker spills starchy water",
    ),
    points=(("rice cooker",), ("spilling", "spills", "foam")),
    topics=("Kitchen", "Cooking"),
    private=("Ana Ruiz", "Ana", "Ruiz", "555-0147", "diabetes"),
)
FACTS = facts_of(RICE, "en")


def facts(name: str):
    ((language, session),) = WRITTEN[name].sessions.items()
    return facts_of(session, language)


def said(spans, text):
    return [text[start:end] for start, end in spans]


# --- words --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "language", "same"),
    [
        ("rise", "rising", "en", True), ("rises", "rising", "en", True),
        ("stop", "stopped", "en", True), ("battery", "batteries", "en", True),
        ("leaf", "leaves", "en", True), ("broke", "broken", "en", True),
        ("open", "opening", "en", True), ("bake", "baked", "en", True),
        ("car", "caring", "en", False), ("butter", "butterfly", "en", False),
        ("corn", "corner", "en", False), ("planning", "planing", "en", False),
        ("bus", "bu", "en", False), ("a", "as", "en", False),
        ("gotea", "goteando", "es", True), ("factura", "facturas", "es", True),
        ("luz", "luces", "es", True), ("duele", "doler", "es", True),
        ("rota", "roto", "es", True), ("sube", "subir", "es", True),
        ("reclamar", "reclamacion", "es", True), ("casa", "caso", "es", False),
        ("cuenta", "cuento", "es", False), ("puerto", "puerta", "es", False),
        ("电", "电视", "zh", False),
    ],
)  # fmt: skip
def test_forms_of_a_word(one, other, language, same):
    assert same_word(one, other, language) is same
    assert same_word(other, one, language) is same


# --- key points ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("Rice cooker foam", ["Rice cooker", "foam"]),
        ("RICE COOKER SPILLED", ["RICE COOKER", "SPILLED"]),
        ("Foaming rice-cookers", ["rice-cookers", "Foaming"]),
        ("Ricecooker spill", ["Ricecooker", "spill"]),
        ("Cooker for rice", []),
        ("Price cooker", []),
        ("Soapy pot #ricecooker", []),  # a tag makes no point
        ("", []),
    ],
)
def test_key_points(title, found):
    assert sorted(said(key_points(read_title(title), FACTS), title)) == sorted(found)


def test_points_in_chinese():
    chinese = facts("kongtiao-dishui")
    assert len(key_points(read_title("空调滴水"), chinese)) == 2
    assert len(key_points(read_title("空调遥控器"), chinese)) == 1
    assert not key_points(read_title("滴一滴油"), chinese)


# --- what is made up, what is private -----------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "strange"),
    [
        ("Rice cooker spilling starchy water", []),
        ("How to stop a rice cooker from spilling", []),
        ("Fixing the problem with rice cookers", []),
        ("Note book of the rice cooker", []),  # two words for the one of the session
        ("Induction rice cooker spills", ["Induction"]),
        ("Rice cooker spills in 1984", ["1984"]),
        ("Rice cooker spills #kitchen #cooking", []),
        ("Rice cooker spills #thailand", ["thailand"]),
        ("2026-03-14 Rice cooker spills", []),  # a date is for another term
        ("Olla que derrama agua", ["Olla", "que", "derrama", "agua"]),
        ("电饭煲溢水", list("电饭煲溢水")),
    ],
)
def test_made_up_words(title, strange):
    share, spans = made_up(read_title(title), FACTS)
    assert sorted(said(spans, title)) == sorted(strange)
    assert (share > 0) is bool(strange)


@pytest.mark.parametrize(
    ("title", "strange"),
    [
        ("空调滴水怎么修", ""),
        ("空调排水管堵塞", "塞"),
        ("空调电视滴水", "电视"),
        ("冰箱滴水", "冰箱"),
    ],
)
def test_made_up_words_in_chinese(title, strange):
    _, spans = made_up(read_title(title), facts("kongtiao-dishui"))
    assert "".join(said(spans, title)) == strange


@pytest.mark.parametrize(
    "title",
    ["Rice cooker of Ana Ruiz", "Rice cooker of ana", "Rice cooker, call 555 0147",
     "Rice cooker 5-5-5-0-1-4-7", "Rice cooker 5550147", "Rice cooker #Diabetes",
     "Rice cooker d.i.a.b.e.t.e.s", "Rice cooker ＤＩＡＢＥＴＥＳ"],
)  # fmt: skip
def test_private_things_are_found_in_other_spellings(title):
    assert private(read_title(title), FACTS)


def test_what_is_not_private_is_not_found():
    assert not private(read_title("Rice cooker in the banana box, 555"), FACTS)
    assert private(read_title("给钱国栋退租"), facts("zufang-yajin"))
    assert not private(read_title("退租押金"), facts("zufang-yajin"))


# --- form ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "reply"),
    [
        ("Rice cooker spilling", False),
        ("No foam in the rice cooker", False),
        ("Sure! Rice cooker spilling", True),
        ("Title: Rice cooker spilling", True),
        ("Here is a title: Rice cooker spilling", True),
        ("I cannot help with this.", True),
        ("Rice cooker foam I cannot help with this", True),
        ("You should rinse the rice", True),
        ("Rinse the rice. Fill the pot to the half.", True),
        ("Okay, rinse the rice", True),
    ],
)
def test_a_reply_is_no_title(title, reply):
    assert is_reply(read_title(title), FACTS) is reply


@pytest.mark.parametrize(
    ("title", "copy"),
    [
        ("Which oil?", True),
        ("My rice cooker spills starchy water all over the counter", True),
        ("Rice cooker spills starchy water", False),
        ("Which oil for the rice cooker", True),
    ],
)
def test_a_message_is_no_title(title, copy):
    assert is_copy(read_title(title), FACTS) is copy


def test_a_word_twice():
    def again(title):
        return said(repeated(read_title(title), FACTS), title)

    assert again("Rice cooker spills, cookers spill") == ["cookers", "spill"]
    assert again("Rice: rice cooker spills") == []  # the topic before a separator
    assert again("The rice and the pot") == []
    chinese = "空调滴水空调滴水"
    assert said(repeated(read_title(chinese), facts("kongtiao-dishui")), chinese)


def test_padding_is_told_from_small_words():
    def padded(title, of=FACTS):
        return said(padding(read_title(title), of), title)

    assert padded("How to get it out of a rice cooker") == ["How to get it out of a"]
    assert padded("Spills out of a rice cooker") == []
    assert padded("Rice cooker and how to use it and how to get it") == [
        "and how to use it and how to get it"
    ]
    tap = facts("kongtiao-dishui")
    assert padded("空调滴水的原因", tap) == []
    assert padded("空调滴水的问题的方法的原因", tap) == ["的"]
    es = facts("por-que-junto")
    assert padded("Cuándo va por qué y cuándo porque", es) == []  # what the session is about


def test_stray_marks_and_length():
    assert not stray(read_title("Rice cooker: spilling"))
    assert stray(read_title("Rice cooker spilling:"))
    assert stray(read_title("**Rice cooker spilling**"))
    assert stray(read_title("Rice | cooker |"))
    assert not stray(read_title("🍚🍲 2026-03-14 Rice cooker 2026-03-15 #a #b #c"))
    assert stray(read_title("🍚🍲🍚 Rice cooker"))
    assert stray(read_title("Rice cooker #a #b #c #d"))
    assert stray(read_title("2026-03-14 2026-03-15 Rice cooker 2026-03-16"))
    assert brevity(read_title("word " * 16), FACTS) == 1
    assert brevity(read_title("word " * 20), FACTS) == 0.5
    assert brevity(read_title("word " * 24), FACTS) == 0


SALAD = [
    "water starchy spills cooker rice",
    "rice counter oil foam pot",
    "counter, rice, oil, foam",
    "spilling cooker rice the",
    "rice of for the cooker",
    "the and rice cooker spills of",
]


@pytest.mark.parametrize("title", SALAD)
def test_a_list_of_keywords_is_no_phrase(title):
    assert phrase(read_title(title), FACTS) < 0.5


@pytest.mark.parametrize("title", ["饺子 破皮 面团 沾水", "沾水面团饺子破皮凉水", "皮破锅下子饺"])
def test_a_list_of_keywords_is_no_phrase_in_chinese(title):
    assert phrase(read_title(title), facts("jiaozi-puobian")) < 0.5


@pytest.mark.parametrize(
    "title",
    ["Rice cooker spilling", "Kitchen: rice cooker spilling",
     "How to stop a rice cooker from spilling", "Rinse the rice, fill the pot to the half",
     "Foam on rice"],
)  # fmt: skip
def test_a_phrase_is_one(title):
    assert phrase(read_title(title), FACTS) >= 0.9


# --- titles that people would give, written apart from those of the data -------------------------

NATURAL = [
    ("wedding-cake-stairs", "Transporting a three-tier wedding cake upstairs"),
    ("pickles-soft", "Keeping pickled cucumbers crisp"),
    ("one-pan-week", "A week of meals with one pan"),
    ("moths-in-flour", "Fighting pantry moths in the flour cupboard"),
    ("coffee-grinder", "Fixing uneven grounds in a hand coffee grinder"),
    ("git-secret", "Remove API key from git history"),
    ("css-footer", "Footer at bottom of short page"),
    ("off-by-one-hotel", "Booking app charging one night too many"),
    ("regex-plates", "Regex for Italian licence plates"),
    ("slow-query", "Speeding up the orders query with an index"),
    ("robot-line", "Fix for shaking line-following robot"),
    ("name-on-lease", "Removing my partner from the lease"),
    ("lost-passport-airport", "Lost passport and flight home from Athens"),
    ("reference-letter", "Reference letter for a late but good trainee"),
    ("car-battery-cold", "Jump leads in the right order"),
    ("3d-print-lift", "Stop 3D print corners lifting"),
    ("say-no-boss", "Saying no to my boss about Saturday"),
    ("who-whom", "Who vs whom"),
    ("eulogy-uncle", "Speech for uncle's funeral"),
    ("band-name", "Blues band name for four dentists"),
    ("gran-tablet", "Setting up a tablet for gran"),
    ("two-homes-calendar", "Shared calendar for separated parents and kids"),
    ("night-shift-sleep", "Sleeping between night shifts"),
    ("contact-lens-dry", "Dry contact lenses at the screen"),
    ("first-10k", "Plan to run 10 k in May"),
    ("chess-blunders", "Avoiding blunders in chess"),
    ("hedgehog-november", "Helping a small hedgehog in November"),
    ("etsy-candles", "Pricing candles online"),
    ("tortilla-suelta", "Dar la vuelta a la tortilla sin romperla"),
    ("gazpacho-amargo", "Gazpacho amargo por el pepino"),
    ("congelador-escarcha", "Escarcha en el congelador"),
    ("contrasena-en-repo", "Guardar la contraseña fuera del código"),
    ("maleta-rota", "Reclamación por maleta rota"),
    ("lavadora-baila", "La lavadora se mueve al centrifugar"),
    ("dormir-calor", "Dormir con 35 grados"),
    ("jabali-huerto", "Proteger el huerto de los jabalíes"),
    ("precios-peluqueria", "Subida de precios en la peluquería"),
    ("jiaozi-puobian", "煮饺子不破皮的方法"),
    ("tie-guo-sheng-xiu", "新铁锅生锈的处理"),
    ("zufang-yajin", "房东扣押金怎么办"),
    ("kongtiao-dishui", "空调滴水怎么修"),
    ("dayinji-kazhi", "打印机卡纸的解决办法"),
    ("haizi-fenfang", "五岁孩子怎么分房睡"),
    ("paobu-xigai", "跑步后膝盖疼"),
    ("weiqi-ruduan", "围棋五级如何升段"),
]


@pytest.mark.parametrize(("name", "title"), NATURAL)
def test_a_natural_title_keeps_most(name, title):
    known, read = facts(name), read_title(title)
    assert len(key_points(read, known)) == len(known.session.points)
    assert not made_up(read, known)[1]
    assert not is_reply(read, known)
    assert not is_copy(read, known)
    assert not repeated(read, known)
    assert phrase(read, known) >= 0.7


# --- the gates ----------------------------------------------------------------------------------

NOBODY = UserProfile(id="nobody", context={"languages": ["en"]})  # no habit at all


def worth(title: str) -> float:
    return ENV.score(title, "etsy-candles", NOBODY).reward


def test_the_gates_alone_decide_without_a_habit():
    assert worth("Price of a candle") == 1.0
    assert worth("  Price of a candle ") == 1.0
    assert worth("Pricing candles online 🕯️ #selling") == 1.0


@pytest.mark.parametrize(
    ("title", "most"),
    [
        ("", 0), ("\n\n", 0), ("🕯️", 0), ("...", 0), ("#candles", 0),
        ("Price of a candle\nand more", 0),
        ("Here is your title: Price of a candle", 0),
        ("- Price of a candle", 0),
        ("Price of a candle, account 5512 0098 4417", 0),
        ("Price of a candle 551200984417", 0),
        ("I sell candles online, 40 orders a month, and I earn nothing", 0),
        ("Price price price of a candle candle", 0),
        ("Candle candle price", 0.3),
        ("Candle shop", 0.1), ("Price of a lamp", 0.33), ("Price of a beeswax candle", 0.5),
        ("postage wax fee price jar candle", 0.3),
        ("Price of a candle:", 0.3),
        ("word " * 1000, 0),
        ("字" * 4000, 0),
        ("Precio de una vela", 0.1),
    ],
)  # fmt: skip
def test_what_is_no_good_title(title, most):
    assert worth(title) <= most


def test_reasons_point_into_the_reply():
    reply = "  Beeswax candle price"
    verdict = ENV.score(reply, "etsy-candles", NOBODY)
    (reason,) = verdict.reasons["title_grounded"]
    assert reply[reason.start : reason.end] == "Beeswax"
