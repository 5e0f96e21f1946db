"""What a reply says: points, answers, claims, secrets, sides taken, how sure."""
