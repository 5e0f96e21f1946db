"""PersonaCalibration-v0: be right, say how sure you are, and abstain where this user wants it."""

from .env import PersonaCalibrationEnv

__all__ = ["PersonaCalibrationEnv"]
