"""TorchRL: its environments over text and tokens; see ``docs/frameworks.md``."""

from __future__ import annotations

from typing import Any

from persona_env.errors import PersonaEnvError
from persona_env.spaces import UnicodeText


def register() -> None:
    """Tell TorchRL how it represents text: by a string that is no tensor.

    Then ``GymEnv`` and ``GymWrapper`` take text environments, whose action is ``td["action"]``, a
    ``str``. Token environments need no registration.

    Raises
    ------
    PersonaEnvError
        If TorchRL is not installed.
    """
    try:
        from torchrl.envs.libs.gym import register_gym_spec_conversion
    except ImportError as error:
        raise PersonaEnvError("this needs 'torchrl': pip install 'persona_env[torchrl]'") from error
    register_gym_spec_conversion(UnicodeText)(_text_spec)


def _text_spec(
    spec: UnicodeText,
    *,
    dtype: Any,
    device: Any,
    categorical_action_encoding: bool,
    remap_state_to_observation: bool,
    batch_size: tuple[int, ...] | None,
) -> Any:
    """TorchRL gives all of these; only two are about what is no tensor."""
    from torchrl.data import NonTensor

    return NonTensor(batch_size or (), example_data="A reply.", device=device)
