"""The over-optimisation laboratory: samples, proxies, optimisers, curves."""
