"""API keys: their records, the ring every process holds in memory, and who may do what."""
