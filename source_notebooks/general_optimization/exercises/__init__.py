"""The exercises: one package each, with criteria, mistakes and right forms."""
