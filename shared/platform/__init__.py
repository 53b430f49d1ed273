"""What any event-driven process needs and knows nothing of our subject."""
