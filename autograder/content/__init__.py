"""TPs as folders: where they lie, what their settings say, and their exercises."""
