"""A simulated shell: commands run on a file system in memory, and nowhere else."""

from .entry import Entry
from .limits import Refused
from .names import command_names
from .run import Run, Shell, run
from .tree import Disk

__all__ = ["Disk", "Entry", "Refused", "Run", "Shell", "command_names", "run"]
