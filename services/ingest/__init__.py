"""HTTP and Kafka intake: from what agencies send to canonical events."""
