"""User simulators: what a simulated user says after a reply."""
