"""What several tests of training share."""

from __future__ import annotations

import pytest

from .small_policy import save_word_policy


@pytest.fixture(scope="module")
def word_policy(tmp_path_factory):
    return save_word_policy(tmp_path_factory.mktemp("word-policy"))
