"""What is going on now: boards, kill feed, presence, streams. Kept in Redis, lost without harm. Layer 3."""
