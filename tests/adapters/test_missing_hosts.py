"""Without the library that it is for, an adapter says how to install it."""

from __future__ import annotations

import importlib
import sys

import pytest

from persona_env.adapters import torchrl
from persona_env.errors import PersonaEnvError

from ..support import NEED_A_HOST


@pytest.mark.parametrize("module", NEED_A_HOST)
def test_a_module_for_a_host(module, monkeypatch):
    for name in ("inspect_ai", "anyio.to_thread"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, module, raising=False)
    with pytest.raises(PersonaEnvError, match=r"pip install 'persona_env\[inspect\]'"):
        importlib.import_module(module)


def test_torchrl(monkeypatch):
    monkeypatch.setitem(sys.modules, "torchrl", None)
    with pytest.raises(PersonaEnvError, match=r"pip install 'persona_env\[torchrl\]'"):
        torchrl.register()
