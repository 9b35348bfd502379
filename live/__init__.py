"""What is happening now: boards, kill feed, presence, streams."""
