"""What a simulated user says next."""
