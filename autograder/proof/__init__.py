"""Proof that the exercises pass what is right and catch what is wrong, and how other checks do beside them."""
