"""What ``persona_env.agents`` offers is there, and loads torch only when it is asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

import persona_env.agents


@pytest.mark.parametrize("name", persona_env.agents.__all__)
def test_what_is_offered_is_there(name):
    found = getattr(persona_env.agents, name)
    assert found.__name__ == name
    assert found.__doc__ or found.__init__.__doc__


def test_another_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'trian'"):
        persona_env.agents.trian  # noqa: B018


def test_the_import_alone_loads_no_torch():
    code = "import sys, persona_env.agents as a; print('torch' in sys.modules, 'train' in dir(a))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert done.split() == ["False", "True"]
