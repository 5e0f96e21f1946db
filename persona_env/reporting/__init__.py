"""Reports, plots and cards: results for people to read."""
