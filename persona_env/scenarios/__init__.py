"""What is asked: scenarios, read, generated, and paired with users."""
