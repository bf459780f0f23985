"""What goes back: feedback, reports, marks."""
