"""A classroom: nbgrader's course directory, from the hand-out to what goes back."""
