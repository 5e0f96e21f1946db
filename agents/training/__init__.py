"""The training run: options, curve, checkpoints, examples."""
