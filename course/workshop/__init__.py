"""What lectures and TPs compute and draw with."""
