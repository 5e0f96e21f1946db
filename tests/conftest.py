"""What holds for all tests.

Hypothesis draws the same examples each time; ``--hypothesis-profile=default`` draws new ones.
"""

import gc

import pytest
from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, print_blob=True)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True, scope="module")
def freeze_the_heap() -> None:
    """Garbage collection leaves out what earlier modules keep, so that timings are a test's own."""
    gc.freeze()
