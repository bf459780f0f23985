"""`course start`: the lectures, the TPs and their checks in a folder of the learner's, and a page to begin with."""
