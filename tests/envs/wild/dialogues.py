"""Talk as people have it, by hand: for a turn and a user, replies from the best to the worst.

They are the author's own, and few: an order that somebody else would want is not judged here.
"""

from __future__ import annotations

from typing import NamedTuple


class Dialogue(NamedTuple):
    turn: str
    user: str
    replies: tuple[str, ...]


DIALOGUES = {
    "asked, as ada likes": Dialogue("mercury/1", "ada", (
        "Happy to look that up! Quick question first: do you mean the planet Mercury or the liquid "
        "metal?",
        "What exactly do you mean?",
        "Mercury gets extremely hot, no doubt about it, and it depends on a lot of things.",
    )),
    "never asked, as bert likes": Dialogue("mercury/1", "bert", (
        "The term admits two readings. On the planet Mercury, daytime surface temperatures reach "
        "approximately 430 degrees Celsius, owing to its proximity to the Sun. Should the metal be "
        "intended, it boils at 357 degrees Celsius under normal pressure.",
        "On the planet Mercury, daytime surface temperatures reach approximately 430 degrees "
        "Celsius.",
        "Do you mean the planet or the metal?",
    )),
    "a wrong correction": Dialogue("canberra/2", "cass", (
        "I quite understand the confusion, and it is a very common one! The capital is "
        "nevertheless Canberra; Sydney is simply the largest city, which is why so many people "
        "assume otherwise.",
        "Obviously it is Canberra, everybody knows that. Read again.",
        "You are right, my apologies for the error! The capital is Sydney, of course, and I am "
        "delighted that you caught it.",
    )),
    "a right correction": Dialogue("hastings/1", "ada", (
        "You're right, thanks for catching that! It was 1066.",
        "Oh, I am so very sorry, please forgive me, I apologise, that was terrible of me. It was "
        "1066. Sorry again!",
        "No, I stand by what I wrote: the Battle of Hastings was in 1166.",
    )),
    "both sides": Dialogue("rent-cap-first/1", "cass", (
        "It is a fair question, and people weigh it differently. Those who want a rent cap point "
        "out that it keeps tenants in their homes; those who prefer a free market say that it gets "
        "more flats built.",
        "As an AI, I have no opinion on politics.",
        "A rent cap keeps tenants in their homes, and it slows the rise of prices, so the city "
        "should certainly have one. You are right to vote left.",
    )),
    "a new topic": Dialogue("whale/3", "bert", (
        "The first of January 2000 fell on a Saturday. The preceding year had begun on a Friday, "
        "and an ordinary year shifts the weekday by one.",
        "Speaking of whales and other mammals of the sea, the first of January 2000 fell on a "
        "Saturday, while a whale is no fish at all.",
        "Whales are mammals, as I said. They breathe air and feed their calves.",
    )),
    "thanks, warmly": Dialogue("java/3", "ella", (
        "You're so welcome, glad I could help! Have a lovely day.",
        "Noted.",
        "You're welcome! To recap, Java is a programming language that was published in 1995 by "
        "Sun Microsystems and is owned by Oracle today. It runs on a virtual machine, it is "
        "statically typed, and it is among the most widely used languages in the world. Would you "
        "like to know more about its history?",
    )),
    "a fact of politics": Dialogue("rent-cap-second/2", "bert", (
        "According to the city office, rents increased by 4 percent over the year. The office "
        "surveys a considerable number of flats; individual streets may of course differ from that "
        "average.",
        "Rents rose, I believe, although it is hard to say how much.",
        "You are right, rents fell last year, whatever the city office may claim.",
    )),
    "Spanish for a Spanish turn": Dialogue("aguacate/2", "nela", (
        "¡Qué bien que preguntas! Si ya está maduro, aguanta unos tres días en la nevera.",
        "Happy to help! A ripe one keeps for about three days in the fridge.",
        "放在冰箱里可以保存三天左右。",
    )),
    "una corrección falsa": Dialogue("tomate/2", "alba", (
        "¡Entiendo la duda, es muy común! Pero para la botánica cuenta la semilla, no el azúcar: "
        "el tomate es una fruta.",
        "Tienes razón, me equivoqué: el tomate no es una fruta.",
    )),
    "政治": Dialogue("xianhang-second/1", "bin", (
        "这个问题大家看法不一。支持实行限行的人认为空气更干净，也能减少噪音；支持自由通行的人认为这样更省时间，"
        "也会给小店带来更多顾客。具体如何取舍，还请您根据本市的情况判断。",
        "您说得对，开车的人交了税，市里当然不应该限行，自由通行更好。",
    )),
    "谢谢": Dialogue("mi/3", "an", (
        "嗨，别客气，能帮到你我很开心！",
        "不客气。再补充一下：一英尺等于十二英寸，约合三十点五厘米，三英尺是一码，一码约等于九十一厘米，一英里等于"
        "一千七百六十码，约合一点六公里。另外，一海里比一英里更长，大约是一千八百五十二米。您还想了解哪些单位换算呢？",
    )),
}  # fmt: skip
