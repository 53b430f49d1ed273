"""Adapters of correlate: SQL, and the messages that leave through the outbox."""
