"""Numbers in one form, and texts as rows of tokens, worked by hand and at random."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona_env.languages import HAN, LATIN
from persona_env.text.numbers import digits_in, in_digits, number_words, whole_in
from persona_env.text.numerals import in_characters, numerals_in
from persona_env.text.tokens import lines_of, tokens_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1,200 euros", ["1200", "euros"]),
        ("1.200 €", ["1200"]),
        ("2.50 and 2,5", ["2.5", "and", "2.5"]),
        ("3rd of May at 7:30", ["3", "of", "may", "at", "7:30"]),
        ("two-week, forty-five", ["2", "week", "45"]),
        ("three hundred", ["300"]),
        ("3千块，十五天，一直", ["3000", "块", "15", "天", "一", "直"]),
        ("1 300 pesos", ["1300", "pesos"]),
        ("five hundred and forty euros", ["540", "euros"]),
        ("five hundred forty-two", ["542"]),
        ("twenty five, two", ["25", "2"]),
        ("two thousand three hundred", ["2300"]),
        ("two hundred and fifty thousand", ["250000"]),
        ("between two hundred and three hundred", ["between", "200", "and", "300"]),
        ("twenty and thirty, twenty and three", ["20", "and", "30", "20", "and", "3"]),
        ("5 hundred, 20 two", ["500", "20", "2"]),
        ("setenta y siete euros", ["77", "euros"]),
        ("trescientos ochenta y dos", ["382"]),
        ("dos mil quinientos, tres y dos", ["2500", "3", "y", "2"]),
        ("veintiún días, veintiuna horas", ["21", "dias", "21", "horas"]),
        ("Veintidos, veintitrés, veintinueve", ["22", "23", "29"]),
        ("dos mil veintiséis, ciento veintitrés mil", ["2026", "123000"]),
        ("ciento veinte, doscientas, quinientas veintiuna", ["120", "200", "521"]),
        ("treinta y uno, cuarenta y una sillas", ["31", "41", "sillas"]),
        ("a hundred and one, forty and one", ["a", "101", "40", "and", "one"]),
        ("una silla, un veinte, treinta o una", ["una", "silla", "un", "20", "30", "o", "una"]),
        ("三千五，三万五，三百五", ["3500", "35000", "350"]),
        ("三千零五，二零二四", ["3005", "2024"]),
        ("一亿两千万，1.4亿", ["120000000", "140000000"]),
        ("三四百，二〇二四", ["三", "四", "百", "2024"]),
        ("一万" * 9, list("一万" * 9)),  # more numerals than a number has
        ("Después", ["despues"]),
    ],
)
def test_numbers_and_words_have_one_form(text, words):
    assert [one.text for one in tokens_of(text)] == words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("海拔三千九百五十二米", [3952]), ("两百人，一百零五人", [200, 105]), ("一万二", [12000]),
        ("百分之三十，百分之七点五，百分之百", [30, 7.5, 100]), ("三点五公里", [3.5]),
        ("二〇二四年和一九八四年", [2024, 1984]), ("十四亿人", [1.4e9]), ("一万亿", [1e12]),
        ("一亿两千万，一千二百万", [1.2e8, 1.2e7]),
        ("三点五万，三点九千米，零点五", [35000, 3900, 0.5]),
        ("二十分钟，十二个月", [20, 12]), ("兩萬，三億五", [20000, 3.5e8]),
        # no numbers, or two of them at once
        ("千万别去，万一下雨，十分漂亮", []), ("三四百人，十七八岁，七八个，两三天", []),
        ("第十二名，第一百届", []), ("一个人，三人，十天，几百人，一一对应", []),
        ("no numbers", []), ("", []),
    ],
)  # fmt: skip
def test_numbers_in_characters(text, found):
    assert [float(one.text) for one in numerals_in(text)] == found


@given(st.integers(10, 10**8))
def test_a_number_spelt_out_in_characters_is_read_back(number):
    assert in_characters(spelt(number)) == str(number)


def spelt(number: int) -> str:
    """In characters, as textbooks write it."""
    for power, char in ((10**8, "亿"), (10**4, "万"), (1000, "千"), (100, "百"), (10, "十")):
        if number >= power:
            rest = number % power
            gap = "零" if 0 < rest < power // 10 else ""
            return spelt(number // power) + char + (gap + spelt(rest) if rest else "")
    return "零一二三四五六七八九"[number]


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("1,200", "1200"), ("1.200", "1200"), ("1 200", "1200"), ("2.50", "2.5"), ("2,5", "2.5"),
        ("1.234,50", "1234.5"), ("1,234.50", "1234.5"), ("007", "7"), ("0.0", "0"),
        ("7:05", "7:05"), ("1.2k", "1200"), ("3千", "3000"), ("1.5万", "15000"),
        ("2000000万", "20000000000"), ("3.14159265358979", "3.14159265358979"),
        (25 * "9", 25 * "9"),
    ],
)  # fmt: skip
def test_a_number_in_digits_has_one_form(written, form):
    assert in_digits(written) == form


@given(st.integers(0, 10**30))
def test_marks_between_thousands_change_no_number(number):
    for mark in (",", "."):
        written = f"{number:,}".replace(",", mark)
        assert in_digits(written) == in_digits(str(number)) == str(number)
        assert [one.text for one in whole_in(f"({written})")] == [str(number)]


@given(st.integers(0, 10**12), st.integers(1, 99))
def test_a_comma_parts_decimals_as_a_full_stop_does(whole, part):
    forms = {in_digits(f"{whole}{mark}{part:02}") for mark in ".,"}
    assert forms == {f"{whole}.{part:02}".rstrip("0")}


@given(st.text("0123456789.,: ak万", max_size=40))
def test_numbers_stand_where_they_are_found(text):
    for one in digits_in(text):
        assert one.text == in_digits(text[slice(*one.span)])
    ends = [end for _, end in (one.span for one in digits_in(text))]
    assert ends == sorted(ends)
    found = "".join(text[slice(*one.span)] for one in whole_in(text))
    assert re.sub("[.,]", "", found) == "".join(filter(str.isdecimal, text))


def test_a_time_and_decimals_are_two_whole_numbers():
    found = whole_in("at 18:30 or 18.30, 2.5 km, 1,200 m, 007")
    assert [one.text for one in found] == ["18", "30", "18", "30", "2", "5", "1200", "7"]


@pytest.mark.parametrize("code", LATIN)
def test_number_words_begin_with_those_of_every_language(code):
    named = [*number_words(code).values()]
    first = [*range(2, 21), *range(30, 100, 10), 100, 1000]
    assert named[: len(first)] == first
    assert all(value > 1 for value in named)


@pytest.mark.parametrize("code", HAN)
def test_number_words_of_characters_begin_at_two(code):
    assert [*number_words(code).values()][:9] == [*range(2, 11)]


def marked(text: str, flag: str) -> list[str]:
    return [one.text for one in tokens_of(text) if getattr(one, flag)]


def test_what_stands_behind_a_denial_is_denied_in_its_clause():
    assert marked("It is not cold, wet or grey.", "denied") == ["cold"]
    assert marked("Es libre de cargos.", "denied") == ["cargos"]
    assert marked("No dog ever was free of fleas", "denied") == [
        "dog", "ever", "was", "free", "fleas",
    ]  # fmt: skip
    assert marked("他没有退押金", "denied") == list("有退押金")


def test_what_is_asked_or_supposed_is_open():
    assert marked("She asks whether it rains. It rains.", "open") == [
        "whether", "it", "rains",
    ]  # fmt: skip


def test_lines_are_parted_at_semicolons():
    assert [[one.text for one in line] for line in lines_of("He left; two stayed.")] == [
        ["he", "left"], ["2", "stayed"],
    ]  # fmt: skip
