"""Reports, plots and cards: results as a person sees them."""
