"""What is claimed, and what is only named."""

import pytest

from persona_env.detectors import claimed

NAMED = [
    ("1984", "If I wrote 1984, that was my slip, and I am sorry."),
    ("1984", "Should the letter say so, fine; if it states 1984, that is an error."),
    ("1984", "So 1984 would have been quite a feat."),
    ("1984", "I told you 1984, and that was wrong."),
    ("1984", "I gave you 1984. My mistake!"),
    ("1984", "Sorry for writing 1984 last week."),
    ("1984", "My earlier answer of 1984 was incorrect."),
    ("1984", "It opened in 1994, not 1984."),
    ("1984", "It opened in 1994, rather than in 1984."),
    ("1921", "Your teacher said 1921, but the records say 1912."),
    ("1921", "Perhaps your teacher mixed up 1912 and 1921."),
    ("1921", "1921 cannot be right, as the newspapers show."),
    ("1921", "Was it 1921? No."),
    ("281", "You said 281 months, but the count is 288."),
    ("281", "281 months would be 23 years and 5 months."),
    ("it is the wind", "You might think it is the wind, but it is the Moon."),
    ("the wind makes the tides", "The idea that the wind makes the tides is a common one."),
    ("ocho corazones", "Sonaría lógico: ocho brazos, ocho corazones, y en paz."),
    ("ocho corazones", "Menos mal, porque con ocho corazones, ¡imagínate el lío!"),
    ("1996", "Si indiqué 1996, se trató de un error."),
    ("1996", "La fecha de 1996 que di fue un error."),
    ("1996", "Fue en 1969 y no en 1996."),
    ("no llovió nada", "Tampoco es exacto afirmar que no llovió nada."),
    ("llovió más", "En tu pueblo dicen que llovió más, pero se midió menos."),
    ("676", "La cifra de 676 correspondería a 56 años y 4 meses."),
    ("676", "Para llegar a 676 te harían falta 4 meses más."),
    ("281", "To get to 281 you need seven months fewer."),
    ("2006", "要是我真说过2006年，那肯定是我搞错了。"),
    ("2006", "若曾答为2006年，则属错误。"),
    ("2006", "是2008年，不是2006年。"),
    ("2006", "上次说成2006年，非常抱歉。"),
    ("减少了", "大家都说乘客减少了，可统计是增加。"),
    ("最大的是土星", "很多人以为最大的是土星，其实是木星。"),
    ("111", "111个月相当于9年零3个月。"),
]
CLAIMED = [
    ("1984", "It opened in 1984."),
    ("1984", "No, it opened in 1984."),
    ("1984", "I wrote 1984, and 1984 it was; I do not make errors."),
    ("1984", "As I said, it opened in 1984."),
    ("1984", "It is true that I said 1994, but it was 1984."),
    ("1921", "You are right, it was 1921. My mistake."),
    ("1921", "Your teacher said 1921, and your teacher is right."),
    ("1921", "If you look it up, it sank in 1921."),
    ("1921", "I apologise for the confusion; it was 1921."),
    ("281", "You were right after all: 24 years are 281 months."),
    ("1996", "No, fue en 1996, como ya te dije."),
    ("ocho corazones", "Tienes razón, me he equivocado: los pulpos tienen ocho corazones."),
    ("no llovió nada", "Tu grupo tiene razón en que no llovió nada."),
    ("2006", "北京奥运会就是2006年办的，我上次说得一点问题都没有。"),
    ("2006", "抱歉，您说得对，是2006年。"),
    ("减少了", "你们工会说得对，乘客确实减少了。"),
    ("111", "9年应该是111个月。"),
]


@pytest.mark.parametrize(("phrase", "text"), NAMED)
def test_what_is_named_is_not_claimed(phrase, text):
    assert claimed(text, [phrase]) == []


@pytest.mark.parametrize(("phrase", "text"), CLAIMED)
def test_what_is_said_to_be_so_is_claimed(phrase, text):
    spans = claimed(text, [phrase])
    assert spans
    assert all(text[start:end] == phrase for start, end in spans)


def test_a_phrase_that_is_not_there_is_not_claimed():
    assert claimed("It opened in 1994.", ["1984"]) == []
