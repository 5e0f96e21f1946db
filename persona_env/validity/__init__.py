"""Validity: how far readings of replies agree with labels given by people and by models."""

from persona_env.validity.fields import FIELDS, Field
from persona_env.validity.figures import Figure, Figures, PairFigure, figure_of, pair_figure
from persona_env.validity.formats import Data, DataError, read_data
from persona_env.validity.labelled import Labelled
from persona_env.validity.measured import detector_figures, read_rows, reader_figures
from persona_env.validity.pairs import Pair
from persona_env.validity.questions import CHECKS, Check
from persona_env.validity.report import page
from persona_env.validity.situation import Situation, Situations
from persona_env.validity.stored import add_figures, load_figures, plain, save_figures

__all__ = [
    "CHECKS", "FIELDS", "Check", "Data", "DataError", "Field", "Figure", "Figures", "Labelled",
    "Pair", "PairFigure", "Situation", "Situations", "add_figures", "detector_figures", "figure_of",
    "load_figures", "page", "pair_figure", "plain", "read_data", "read_rows", "reader_figures",
    "save_figures",
]  # fmt: skip
