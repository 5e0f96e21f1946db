"""TRL trains on rows and rewards of this library."""

from persona_env.adapters.trl import dataset


def test_rows_are_a_data_set():
    rows = dataset("PersonaChat-v0", episodes=2)
    assert len(rows) == 2
