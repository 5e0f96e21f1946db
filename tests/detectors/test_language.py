"""Language and garble."""

import subprocess
import sys

import pytest

from persona_env.detectors import garble, language


@pytest.mark.parametrize(
    ("text", "main"),
    [
        ("I like the sea", "en"),
        ("Boil water first.", "en"),
        ("It has two moons.", "en"),
        ("Chop onions finely.", "en"),
        ("Me gusta el mar", "es"),
        ("Picar cebolla fina.", "es"),
        ("¿Cuándo?", "es"),
        ("我喜欢海", "zh"),
        ("Yushan.", None),
        ("Paris, Texas.", None),
        ("42", None),
        ("", None),
    ],
)
def test_main(text, main):
    assert language(text).main == main


def test_mixing_by_hand():
    assert language("I like the sea").mixing == 0
    read = language("I like the sea. Me gusta el mar.")
    assert read.mixing == 0.5
    assert dict(read.shares) == {"en": 0.5, "es": 0.5}
    assert [label for label, _ in read.spans] == ["en", "es"]
    mixed = language("我要去 the big supermarket 买很多东西")  # 8 / 1.6 = 5 words and 3
    assert mixed.main == "zh"
    assert mixed.mixing == pytest.approx(3 / 8)


def test_among():
    assert language("我喜欢海", among=("en", "es")).main is None
    assert language("the sea", among=("es", "zh")).main is None


def test_names_have_no_language():
    assert language("Miguel de Cervantes wrote it.").main == "en"


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("", 0),
        ("The cat sat.", 0),
        ("El gato comió pescado y bebió agua.", 0),
        ("Habláramos siempre dándoselo.", 0),
        ("我喜欢海。", 0),
        ("Her name is Xqztl.", 0),
        ("3.5 km", 0),
        ("haha jajaja", 0),
        ("The cat xqzt sat.", 0.25),
        ("Soooo good", 0.5),
        ("why ???", 0.5),
        ("龘好", 0.5),
        ("\ufffd\ufffd yes", 0.5),
    ],
)
def test_garble(text, share):
    assert garble(text).share == share


def test_known_words_are_no_garble():
    assert garble("Add xqzt.", known=["Xqzt"]).share == 0
    assert garble("Add xqzt.").share == 0.5


def test_heavy_libraries_are_not_imported():
    code = (
        "import sys, persona_env.detectors.fluency.garble, persona_env.detectors.style.language\n"
        "sys.exit(any(name in sys.modules for name in ('py3langid', 'spellchecker')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
