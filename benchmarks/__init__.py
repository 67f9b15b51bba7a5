"""What is fast and what is right: scripts that measure, and their results."""
