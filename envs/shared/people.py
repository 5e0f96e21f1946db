"""First names for generated scenarios, by language; the same place is the same person."""

from __future__ import annotations

PEOPLE = {
    "en": ["Anna", "Peter", "Maria", "John", "Laura", "Paul", "Sara", "David"],
    "es": ["Ana", "Pedro", "María", "Juan", "Laura", "Pablo", "Sara", "David"],
    "zh": ["小明", "小红", "小李", "小王", "小张", "小刘", "小陈", "小林"],
}
