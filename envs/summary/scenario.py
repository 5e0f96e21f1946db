"""What is to be summed up: a post, its key facts, and what would be false of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from persona_env.languages import Language
from persona_env.scenarios.schema import Category, Scenario, ScenarioText

from .compose import fitting, joined
from .patterns import group
from .words import said

Kind = Literal["event", "people", "when", "money", "feelings", "tried", "question"]
KINDS: tuple[Kind, ...] = get_args(Kind)
POSTS = ("advice", "family", "work", "review", "travel")
CATEGORIES = tuple(Category(f"post_{name}", reply_kind="piece") for name in POSTS)
LEAST, ANSWERED = 4, 45  # facts of a post, and words of its author's answer
Groups = Annotated[tuple[str, ...], Field(min_length=1)]


class Fact(BaseModel):
    """A key fact: its kind, a clause that says it, and what a summary has to hold to say it.

    ``needs`` are groups of accepted words (:mod:`.patterns`). In a file it is a list: the kind, the
    clause, and the groups.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    says: str
    needs: Groups

    @model_validator(mode="before")
    @classmethod
    def _of_list(cls, given: Any) -> Any:
        if not isinstance(given, list | tuple):
            return given
        if len(given) < 3:
            raise ValueError("a fact is a list: its kind, a clause that says it, groups of words")
        return {"kind": given[0], "says": given[1], "needs": tuple(given[2:])}

    @model_validator(mode="after")
    def _can_be_looked_for(self) -> Fact:
        for one in self.needs:
            group(one)
        return self


class Post(BaseModel):
    """A post in one language.

    ``facts`` in the order of the post; ``false`` are claims that contradict it, each as groups of
    words that make the claim where they stand in one sentence.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    post: str
    facts: Annotated[tuple[Fact, ...], Field(min_length=LEAST)]
    false: tuple[Groups, ...] = ()

    @model_validator(mode="after")
    def _can_be_looked_for(self) -> Post:
        for claim in self.false:
            for one in claim:
                group(one)
        return self


class SummaryScenario(Scenario):
    """A post to be summed up, in one or more languages.

    It is given with posts in place of ``texts``; these follow from them.
    """

    posts: dict[Language, Post]

    @model_validator(mode="before")
    @classmethod
    def _texts_of_posts(cls, fields: dict[str, Any]) -> dict[str, Any]:
        if "posts" in fields:
            return fields
        posts = {code: Post.model_validate(one) for code, one in fields["texts"].items()}
        texts = {code: _text(post, code) for code, post in posts.items()}
        return {**fields, "posts": posts, "texts": texts}


def _text(post: Post, language: Language) -> ScenarioText:
    told = joined(fitting([one.says for one in post.facts], ANSWERED), "prose", language)
    return ScenarioText(prompt=f"{said(language)['request']}\n\n{post.post.strip()}", answer=told)
