"""The parts of ``scripts/train_probes.py``."""
