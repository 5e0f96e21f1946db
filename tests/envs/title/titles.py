"""A session in three languages, and users who title it: what the tests of titles share."""

from __future__ import annotations

from datetime import date

from persona_env import UserProfile
from persona_env.envs.title.session import SESSION, TitleScenario

ENGLISH = {
    "messages": [
        "I am Orla Finch. My bike chain squeaks on every hill since the rain. What can I do?",
        "Wipe the chain with a rag, then put one drop of oil on each link.",
        "How often? Write to orla.finch@example.org or call 555 0142.",
        "After every wet ride, or once a month.",
    ],
    "titles": [
        "Squeaking bike chain",
        "Oil for a bike chain that squeaks",
        "One drop of oil on each link of a bike chain that squeaks",
    ],
    "points": [["chain"], ["squeaking", "squeaks"]],
    "topics": ["Cycling", "Bike"],
    "private": ["Orla Finch", "Orla", "Finch", "orla.finch@example.org", "orla.finch", "555 0142"],
}
SPANISH = {
    "messages": [
        "Soy Olga Pinzón. La cadena de mi bici chirría en cada cuesta desde la lluvia. ¿Qué hago?",
        "Limpia la cadena con un trapo y pon una gota de aceite en cada eslabón.",
        "¿Cada cuánto? Escribe a olga.pinzon@example.org o llama al 555 0142.",
        "Después de cada salida con lluvia, o una vez al mes.",
    ],
    "titles": [
        "Cadena que chirría",
        "Aceite para la cadena de la bici que chirría",
        "Una gota de aceite en cada eslabón de la cadena de la bici que chirría",
    ],
    "points": [["cadena"], ["chirría"]],
    "topics": ["Ciclismo", "Bici"],
    "private": [
        "Olga Pinzón",
        "Olga",
        "Pinzón",
        "olga.pinzon@example.org",
        "olga.pinzon",
        "555 0142",
    ],
}
CHINESE = {
    "messages": [
        "我叫欧兰芬。自行车链条淋雨之后一上坡就吱吱响，怎么办？",
        "先用抹布擦干净链条，再给每一节滴一滴油。",
        "多久一次？写信到 ou.lan@example.org 或打 555 0142。",
        "每次淋雨之后，或者一个月一次。",
    ],
    "titles": ["链条吱吱响", "自行车链条吱吱响怎么办", "给自行车链条每一节滴油，上坡不再吱吱响"],
    "points": [["链条"], ["吱吱响", "响"]],
    "topics": ["骑行", "自行车"],
    "private": ["欧兰芬", "ou.lan@example.org", "ou.lan", "555 0142"],
}
CHAIN = TitleScenario.model_validate(
    {
        "id": "squeaking-chain",
        "family": "workshop",
        "split": "train",
        "category": SESSION.name,
        "reply_kind": SESSION.reply_kind,
        "date": date(2026, 3, 14),
        "emoji": ("🚲",),
        "texts": {"en": ENGLISH, "es": SPANISH, "zh": CHINESE},
    }
)


def titler(
    name: str, language: str = "en", past: tuple[str, ...] = (), **habits: str
) -> UserProfile:
    """A user with these earlier titles, who states these habits."""
    values = {f"title_{habit}": value for habit, value in habits.items()}
    given = {**values, "past_titles": past} if past else values
    extensions = {key: {"role": "preference", "value": value} for key, value in given.items()}
    return UserProfile(id=name, context={"languages": [language]}, extensions=extensions)
