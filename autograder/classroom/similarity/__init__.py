"""What submissions have in common beyond what an exercise asks for."""
