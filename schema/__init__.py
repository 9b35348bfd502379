"""The vocabulary: what an event is, and the words games use. Layer 0: imports nothing of statline."""
