"""PersonaCalibration-v0: be right, know how sure to be, and keep quiet where this user wants it."""

from .env import PersonaCalibrationEnv

__all__ = ["PersonaCalibrationEnv"]
