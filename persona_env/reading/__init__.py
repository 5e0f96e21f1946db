"""Readings: what a reply does, whoever it is for, and the readers that find out.

A reading knows no user. One reading of a reply serves every user, and the reader can be exchanged
without touching a reward.
"""

from persona_env.reading.fields import UNCHOSEN, UNREAD, Choice, Degree
from persona_env.reading.find import find_reader
from persona_env.reading.reader import Ask, Reader, Readers
from persona_env.reading.reading import ACTS, FIELDS, FORMS, STYLES, VIEWS, Reading

__all__ = [
    "ACTS", "FIELDS", "FORMS", "STYLES", "UNCHOSEN", "UNREAD", "VIEWS", "Ask", "Choice", "Degree",
    "Reader", "Readers", "Reading", "find_reader",
]  # fmt: skip
