"""Redis: what may be lost. Connection, lifetimes, answers with single flight. Layer 1."""
