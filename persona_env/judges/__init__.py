"""Judges: readers that ask a language model what a reply does.

One structured question a reply, whoever the users are; a failure leaves fields unread. Answers can
be recorded and replayed, so that tests, courses and papers run without a model or a key.
"""

from persona_env.judges.answers import Answer, Failure, read_answer
from persona_env.judges.endpoint import EndpointJudge
from persona_env.judges.failed import judge_failed
from persona_env.judges.find import find_judge, judge_readers
from persona_env.judges.judge import Judge
from persona_env.judges.local import LocalJudge
from persona_env.judges.question import Question, question_of
from persona_env.judges.record import Record
from persona_env.judges.replay import ReplayJudge

__all__ = [
    "Answer", "EndpointJudge", "Failure", "Judge", "LocalJudge", "Question", "Record",
    "ReplayJudge", "find_judge", "judge_failed", "judge_readers", "question_of", "read_answer",
]  # fmt: skip
