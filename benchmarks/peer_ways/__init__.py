"""What other libraries do, a module for each: it imports its library when its ways are made."""
