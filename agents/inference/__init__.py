"""Fast CPU kernels of small models; nobody has to read them to learn PPO."""
