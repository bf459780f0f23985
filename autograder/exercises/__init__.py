"""What an exercise is, how it is asked, and how answers to it are judged: all that a TP declares its exercises with."""
