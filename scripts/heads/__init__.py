"""The parts of ``scripts/train_heads.py``."""
