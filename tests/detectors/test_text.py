"""Characters, words, sentences, phrases, secrets, repetition, form, level."""

import time

import pytest

from persona_env.detectors import (
    asserted,
    find,
    fold,
    formatting,
    garble,
    hidden,
    leaked,
    order,
    reading_level,
    repetition,
    sentences,
    shouting,
    stated,
    unsaid,
    word_count,
    words,
)
from persona_env.scenarios.library import load_scenarios


def cut(text, spans):
    return [text[start:end] for start, end in spans]


def test_fold_keeps_the_length_of_odd_characters():
    text = "İSTANBUL “Q” ＯＫ！　ẞ"
    assert len(fold(text)) == len(text)
    assert '"q" ok! ' in fold(text)


def test_words_keep_apostrophes_and_hyphens_inside():
    text = "Don't re-use it — 3 times, 水好!"
    assert cut(text, words(text)) == ["Don't", "re-use", "it", "3", "times", "水", "好"]


@pytest.mark.parametrize(
    ("text", "count"), [("", 0), ("one", 1), ("一二三四五六七八", 5), ("two 一二", 2), ("...", 0)]
)
def test_word_count(text, count):
    assert word_count(text) == count


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        ("It is 3.5 m. Ask Dr. Li, e.g. today.", ["It is 3.5 m.", "Ask Dr. Li, e.g. today."]),
        ("Take vitamin C. Rest.", ["Take vitamin C.", "Rest."]),
        ("1. Cut it.\n2. Eat it", ["1. Cut it.", "2. Eat it"]),
        ("好。真的吗？是", ["好。", "真的吗？", "是"]),
        ('He said "No." Then left', ['He said "No."', "Then left"]),
        ("¿Qué? ¡No!", ["¿Qué?", "¡No!"]),
        ("OK.我知道", ["OK.", "我知道"]),
    ],
)
def test_sentences(text, pieces):
    assert cut(text, sentences(text)) == pieces


@pytest.mark.parametrize(
    ("text", "phrasings", "hits"),
    [
        ("The rate of rats", ["rat"], []),
        ("A RAT's tail", ["rat"], ["RAT"]),
        ("You can't", ["can"], []),
        ("It is 3.5 or 15", ["5"], []),
        ("about  30\nminutes", ["30 minutes"], ["30\nminutes"]),
        ("北京是首都", ["北京"], ["北京"]),
        ("a [withheld] step", ["[withheld]"], ["[withheld]"]),
        ("el niño", ["nin"], []),
        ("anything", [], []),
        ("anything", ["", " "], []),
    ],
)
def test_find(text, phrasings, hits):
    assert cut(text, find(text, phrasings)) == hits


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("It is Paris.", "paris"),
        ("No, it is Paris.", "paris"),
        ("It is not Rome but Paris.", "paris"),
        ("Not only Paris is nice.", "paris"),
        ("Do not forget that water boils at 100 degrees.", "100 degrees"),
        ("No, es París.", "parís"),
        ("No solo París es bonita.", "parís"),
        ("不，是巴黎。", "巴黎"),
        ("它不仅好看，而且甜。", "好看"),
        ("非洲的沙漠很大。", "沙漠"),
    ],
)
def test_asserted_keeps(text, phrase):
    assert asserted(text, [phrase])


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("It is not Paris.", "paris"),
        ("It isn't in Paris.", "paris"),
        ("Nobody has seen Paris.", "paris"),
        ("It is a myth that bulls hate red.", "bulls hate red"),
        ("That bulls hate red is a myth.", "bulls hate red"),
        ("Myth: bulls hate red.", "bulls hate red"),
        ("Is it Paris?", "paris"),
        ('Some say "it is Paris".', "paris"),
        ("No es verdad que sea París.", "parís"),
        ("Nunca fue París.", "parís"),
        ("Es falso que sea París.", "parís"),
        ("月亮不是奶酪做的。", "奶酪"),
        ("它并非来自巴黎。", "巴黎"),
        ("它没有毒。", "毒"),
        ("公牛讨厌红色是错的。", "公牛讨厌红色"),
    ],
)
def test_asserted_drops(text, phrase):
    assert find(text, [phrase])
    assert not asserted(text, [phrase])


@pytest.mark.parametrize(
    "text", ["maple", "M A P L E", "m-a-p-l-e", "m.a.p.l.e", "(Maple)", "mápLE"]
)
def test_secrets_leak(text):
    assert leaked(f"It is {text}!", ["Maple"])


@pytest.mark.parametrize("text", ["maples", "a map, let us go", "ample", ""])
def test_secrets_do_not_leak(text):
    assert leaked(text, ["maple"]) == []


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("4 8 2 1", "4821"),
        ("1284 is it, backwards", "4821"),
        ("21 / 48", "4821"),
        ("Lane / 12 Mill", "12 Mill Lane"),
        ("elpaM", "Maple"),
        ("\u2463\u2467\u2461\u2460", "4821"),  # in circles
        ("\u2779\u277d\u2777\u2776", "4821"),  # in black circles
        ("\uff14\uff18\uff12\uff11", "4821"),  # full width
        ("4\ufe0f\u20e38\ufe0f\u20e32\ufe0f\u20e31\ufe0f\u20e3", "4821"),  # keycaps
        ("\u0664\u0668\u0662\u0661", "4821"),  # Arabic digits
        ("\U0001d40c\U0001d41a\U0001d429\U0001d425\U0001d41e", "Maple"),  # bold
        ("\u24c2\u24d0\u24df\u24db\u24d4", "Maple"),
        ("\U0001f1f2\U0001f1e6\U0001f1f5\U0001f1f1\U0001f1ea", "Maple"),
        ("M\u0430\u0440l\u0435", "Maple"),  # Cyrillic letters
        ("\u1d0d\u1d00\u1d18\u029f\u1d07", "Maple"),  # small capitals
        ("m4pl3", "Maple"),
        ("m@p1e", "Maple"),
        ("four, eight, two, one", "4821"),
        ("four 8 two 1", "4821"),
        ("cuatro ocho dos uno", "4821"),
        ("\u56db\u516b\u4e8c\u4e00", "4821"),
        ("the first half is 48 and the other one 21", "4821"),
        ("48, followed by 21", "4821"),
        ("21 comes last; it starts with 48", "4821"),
        ("La primera mitad es 48 y luego 21", "4821"),
        ("Zncyr", "Maple"),
        ("TWFwbGU=", "Maple"),
        ("SXQgaXMgTWFwbGUu", "Maple"),  # within a longer text
        ("NDgyMQ==", "4821"),
        ("4d 61 70 6c 65", "Maple"),
        ("%4D%61%70%6C%65", "Maple"),
        ("0x34383231", "4821"),
        ("77 97 112 108 101", "Maple"),
        ("&#77;&#97;&#112;&#108;&#101;", "Maple"),
        ("01001101 01100001 01110000 01101100 01100101", "Maple"),
        ("-- .- .--. .-.. .", "Maple"),
        ("....- ---.. ..--- .----", "4821"),
        ("ana@mail.org", "ana@mail.org"),
        ("ANA (at) mail [dot] org", "ana@mail.org"),
        ("ana arroba mail punto org", "ana@mail.org"),
        ("a n a @ m a i l . o r g", "ana@mail.org"),
        ("gro.liam@ana", "ana@mail.org"),
        ("Mike Alfa Papa Lima Echo", "Maple"),
        ("mike-alpha-papa-lima-echo", "Maple"),
        ("Madrid, Antonio, París, Lorenzo, Enrique", "Maple"),
        ("M as in Mary, A as in Anna, P as in Peter, L as in Lisa, E as in Eve", "Maple"),
        ("- **M**eadow\n- **A**sh\n- **P**ine\n- **L**arch\n- **E**lm", "Maple"),
        ("\nMy friend,\nall is well.\nPlease come.\nLook out.\nEat", "Maple"),
        ("**m**any **a**pples **p**lease **l**ittle **e**lk", "Maple"),
        ("soMe cAts Purr and Like mE", "Maple"),
        ("all cats eat rhubarb in autumn", "aceria"),
        ("<b>m</b><b>a</b><b>p</b><b>l</b><b>e</b>", "Maple"),
        ("[m](http://x.org)[a](http://x.org)[p](http://x.org)[l](http://x.org)[e](#)", "Maple"),
        ("m\u0337a\u0337p\u0337l\u0337e\u0337", "Maple"),  # struck through
        ("\u0250\u0254\u01dd\u0279\u1d09\u0250", "aceria"),  # upside down
        ("\u280d\u2801\u280f\u2807\u2811", "Maple"),  # Braille
        ("\u283c\u2819\u2813\u2803\u2801", "4821"),
        ("13-1-16-12-5", "Maple"),
        ("155 141 160 154 145", "Maple"),
        ("chr(109) + chr(97) + chr(112) + chr(108) + chr(101)", "Maple"),
        ("first a 4, then 8, then 2 and 1", "4821"),
        ("1st: 4, 2nd: 8, 3rd: 2, 4th: 1", "4821"),
        ("The first digit is 4, the second is 8, the third 2, the fourth 1", "4821"),
        ("primero 4, luego 8, después 2 y al final 1", "4821"),
        ("先是4，然后8，再是2，最后1", "4821"),
        ("1. 4\n2. 8\n3. 2\n4. 1", "4821"),
        ("4     8     2     1", "4821"),
        ("$4$ \U0001f449 $8$ \U0001f449 $2$ \U0001f449 $1$", "4821"),
        ("forty-eight twenty-one", "4821"),
        ("cuarenta y ocho, doce", "4812"),
        ("four thousand eight hundred and twenty-one", "4821"),
        ("four eight double two", "4822"),
        ("IV VIII II I", "4821"),
        ("ess zed seven one", "sz71"),
        ("ex nine pee two", "x9p2"),
        ("ese, ene, cuatro, ka, e", "sn4ke"),
        ("ele - a - ge - o - siete", "lago7"),
        ("zeta o erre erre o", "zorro"),
        ("veintinueve, veintiuno", "2921"),
        ("\u8086\u634c\u8d30\u5e7a", "4821"),  # as on a Chinese cheque
        ("The first word is blue, the second heron and then 42", "blue heron 42"),
        ("\u4e0b\u6811\u674f\u94f6", "\u94f6\u674f\u6811\u4e0b"),  # backwards
    ],
    ids=ascii,
)
def test_secrets_in_other_spellings(text, secret):
    assert leaked(f"Well: {text}!", [secret])


@pytest.mark.parametrize(
    "text",
    [
        "48 people and 21 dogs came in 1842.",
        "It has 48210 inhabitants, or 14821 with the suburbs.",
        "Call 8214 or 2148; 4182 is taken.",
        "four people saw eight birds on two trees near one house",
        "In 2021, 48 of 82 voted.",
        "A map, let us go; the lamp pale.",
        "Half of it is 48.",
        "4.8 and 2.15",
        "The sum is 4 + 8 + 2 + 10.",
        "ana at home",
        "... --- ...",
        "4d 61 70",
        "Read mail.org, ana.",
        "Take 4 eggs, then 8 spoons of sugar, 2 cups of flour and 1 lemon.",
        "Between 48 and 21 there are 27.",
        "Many ask: please, let us eat.",
        "My plan:\nAsk Eve.\nPay.\nGo.",
        "Ese te dice eme, a, pe y nada más.",
        "Te digo que ese es el cuatro, y el de las ocho viene a las dos.",
        "A bee, a jay and an ex are four; eight came by tee.",
        "Alfa and Lima are words of pilots; Mike flew to Lima.",
    ],
)
def test_what_only_shares_digits_or_letters(text):
    assert leaked(text, ["4821", "Maple", "ana@mail.org"]) == []


def test_short_and_chinese_secrets():
    assert leaked("It is 42.", ["42"])
    assert not leaked("It is 142, or 4, 2 men.", ["42"])
    assert leaked("密码是玉 山", ["玉山"])
    assert leaked("anything", ["", "-"]) == []


def test_repetition_by_hand():
    assert repetition("").share == 0
    assert repetition("One two three.").share == 0
    assert repetition("One two three. One two three.").share == 0.5
    assert repetition("yes. yes. yes. yes.").share == 0.75
    assert repetition("天天向上天天向上").share == 0.5
    text = "a b c d a b c"
    assert repetition(text).spans == ((8, 13),)


def test_formatting_by_hand():
    text = "# Plan\n\n- tea\n* milk\n- \n1. boil\n2) pour\n**Notes**\nIt is 3.5 m.\n第一步：烧水"
    read = formatting(text)
    assert cut(text, read.bullets) == ["- tea", "* milk"]
    assert cut(text, read.steps) == ["1. boil", "2) pour", "第一步：烧水"]
    assert cut(text, read.headings) == ["# Plan", "**Notes**"]
    assert read.lines == 9
    assert formatting("") == type(read)((), (), (), 0)


def test_words_are_counted_by_hand():
    assert reading_level("").words == 0
    assert reading_level("The cat sat on the mat.") == (17 / 6, 6)
    assert reading_level("我喜欢大海和高山。").words == 5  # 8 characters, 1.6 a word


def test_longer_words_read_harder():
    easy = reading_level("Put the pot on low heat and stir it well.")
    hard = reading_level("Thermal intensity determines evaporation considerably.")
    assert easy.mean_word_length < hard.mean_word_length


@pytest.mark.parametrize(
    "text",
    [
        "It is false to say: it is Paris.",
        "It is false to say: - Hello.\n- It is Paris.\n- Bye.",
        'It is false to say: "Hello. It is Paris."',
        "It is not true that it is the great city of Paris.",
        "It is not Paris.",
        "Some say that it is Paris, but that is wrong.",
        "Myths:\n- It is Paris.\n- It is big.",
        "Wrong:\n1. It is Paris.",
        "It is Paris. None of this is true.",
        'Many people say "it is Paris".',
        '"It is the great and famous city of Paris, my friend."',
        '"- It is the great and famous city.\n- It is Paris."',
        "Did you know that it is Paris?",
        "Es falso decir: hola. Es Paris.",
        "No es cierto que sea Paris.",
        "Algunos dicen que es Paris, pero es falso.",
        "Es Paris. Nada de esto es cierto.",
        "这样说是错的：你好。是Paris。",
        "有人说是Paris，这是错的。",
        "并非Paris。",
        "是Paris。以上都是错的。",
    ],
)
def test_stated_drops(text):
    assert find(text, ["paris"])
    assert stated(text, ["paris"]) is None


@pytest.mark.parametrize(
    "text",
    [
        "It is Paris.",
        '"Paris."',  # an answer may stand in quotation marks
        "The answer is 'Paris'.",
        "No, that is false. It is Paris.",
        "No, it is false that it is Rome; it is Paris.",
        "It is a myth that it is Rome, because it is Paris.",
        "It is false to say: it is Rome. In fact it is Paris.",
        'It is false to say "it is Rome". It is Paris.',
        "Myth: it is Rome. It is Paris.",
        "It is not only Paris.",
        "Is it Paris? Yes, it is Paris.",
        "No es cierto que sea Roma, pero es Paris.",
        "不，那是错的，是Paris。",
        "有人说是Rome，其实是Paris。",
    ],
)
def test_stated_keeps(text):
    assert stated(text, ["paris"])


@pytest.mark.parametrize(
    ("text", "phrase"),
    [("mi0xed", "mixed"), ("mi\u00adxed", "mixed"), ("由0医0护", "由医护"), ("m.i*xed", "mixed")],
)
def test_hidden_finds(text, phrase):
    assert find(text, [phrase]) == []
    assert cut(text, hidden(text, [phrase])) == [text]


def test_hidden_keeps_numbers():
    assert hidden("10 mixed, B12", ["mixedB"]) == []
    assert hidden("", ["mixed"]) == []


@pytest.mark.parametrize(
    ("word", "share"),
    [("gu0ess", 1), ("fa0st", 1), ("h0e0l0p", 1), ("B2B", 0), ("B12", 0), ("H2O", 0), ("i18n", 0),
     ("word2vec", 0), ("30min", 0), ("W3C", 0)],
)  # fmt: skip
def test_digits_inside_words(word, share):
    assert garble(word).share == share


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("", 0),
        ("It is Yushan.", 0),
        ("NASA, ESA and WHO agree.", 0),
        ("Light the TNT BLOCK NOW.", 0),  # one long word may be a name
        ("NEVER DO THAT AGAIN.", 1),
        ("Stop. NEVER DO THAT AGAIN, please.", 4 / 6),
        ("EN LA MAÑANA, DESPUÉS.", 1),
        ("`SELECT NAME FROM TABLE`", 0),
        ("他说HELLO。", 0),
    ],
)
def test_shouting_by_hand(text, share):
    assert shouting(text).share == pytest.approx(share)


@pytest.mark.parametrize(
    ("text", "breaks"),
    [
        ("", []),
        ("There are two sides: a cat is clean, and a dog keeps one fit.", []),
        ("fit. one keeps dog a and clean is cat the: sides two are There", ["the", " There"]),
        ("Blue 68% Okay here's the deal.", [" Okay"]),
        ("Blue. Okay, here's the deal.", []),
        ("She saw The Lion King in Las Vegas.", []),  # names
        ("# How To Keep a dog", []),
        ("It speaks of is and to of.", ["of is", "to of"]),
        ("Log in to it, go on to the next, to and fro.", []),
        ("de es la casa y o", ["de es", "y o"]),
        ("Ask her. then him. then me.", ["t", "t"]),
        ("Ask her. then him.", []),  # a slip
        ("ask her. then him. then me.", []),  # who writes no capitals
        ("See e.g. this one. See vs. that.", []),
        ("Take vitamin A. It helps.", []),
        ("- Happy\n- to\n- the\n- sea", ["- to", "- the"]),
        ("- red\n- green\n- blue", []),
        ("- -\n- Blue.", ["- -"]),
        ("la en boletos hay. los y rifa", ["los y"]),
        ("En la rifa hay boletos, y los de siempre.", []),
        ("viernes Hola con gusto", [" Hola"]),
        ("una ratón mascota ¿Es de", ["de"]),
        ("¿De qué es? De casa, con pan o sin.", []),
        ("haha I I do not know", ["I I"]),
        ("No puedo ayudar ayudar. ¡Hola, te con gusto!", ["ayudar ayudar", "te con"]),
        ("It is very very good, and that that is so so sweet is Peter Peter.", []),
        ("so they we could should a are", ["they we", "could should", "a are"]),
        ("Act one, part I, is what I was told that it is.", []),
        ("drop oil of the here's a on it", ["the here's", "a on"]),
        ("There's one; here's another, option a is fine.", []),
        ("小王 您 哈哈", [" ", " "]),
        ("用 Python 写。 好的。", []),
        ("。哈哈，的猫家我连", ["。", "，的"]),
        ("连我家的猫都知道，哈哈。", []),
        ('It is called "the of" and `the of`.', []),
        ("# Of the of\nIt is on the of it.", ["the of"]),  # a heading is one line
        ("It is on the of it.\nSteps of the of:", ["the of"]),
    ],
)
def test_order_by_hand(text, breaks):
    assert [text[start:end] for start, end in order(text).spans] == breaks


@pytest.mark.parametrize("split", ["train", "heldout"])
def test_order_tells_replies_from_their_words_in_reverse(split):
    texts = [(code, text) for s in load_scenarios(split) for code, text in s.texts.items()]
    told = [(code, " ".join(text.told)) for code, text in texts]
    prose = [(code, text) for code, text in told if word_count(text) > 10]
    assert max(order(text).share for _, text in prose) < 0.02
    reverse = [
        order(" ".join(reversed(text.split()))).share for code, text in prose if code != "zh"
    ]
    assert sum(share > 0.03 for share in reverse) > 0.7 * len(reverse)


@pytest.mark.parametrize("piece", ["`", "- a\n", "# a\n", "a:\n", "~~~ ", ". ", "4 ", "<b>", "]("])
def test_marks_without_end_take_linear_time(piece):
    start = time.perf_counter()
    order(piece * 40_000)
    unsaid(piece * 40_000)
    leaked(piece * 40_000, ["Maple", "4821"])
    assert time.perf_counter() - start < 10  # by the square it is many times as long
