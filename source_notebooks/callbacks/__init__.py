"""TP `callbacks`: what a callback sees, when it stops, how it sets the rate, and a metric of one's own."""
