"""TP: four more update rules, clipping and warm-up with a cosine. Practice, without marks."""
