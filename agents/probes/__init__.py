"""Probes: linear heads on the states of a small language model, as a reader of replies."""

from .loading import MODEL
from .probes import Probes

__all__ = ["MODEL", "Probes"]
