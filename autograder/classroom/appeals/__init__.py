"""What stands on record, for whoever contests a mark, and what brings a classroom back."""
