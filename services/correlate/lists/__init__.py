"""Published lists as entries: pure readers of their formats, and the difference between a list and what is there."""
