"""How far the detectors agree with people who labelled replies."""

from persona_env.validity.figures import Figure, figures_of
from persona_env.validity.labelled import DataError, Labelled, read_labelled
from persona_env.validity.questions import CHECKS, Check
from persona_env.validity.report import page
from persona_env.validity.stored import load_figures, save_figures

__all__ = [
    "CHECKS",
    "Check",
    "DataError",
    "Figure",
    "Labelled",
    "figures_of",
    "load_figures",
    "page",
    "read_labelled",
    "save_figures",
]
