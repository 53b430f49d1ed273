"""Kafka as this product uses it: sends with deadlines, consumers whose offsets live with their effects, compacted tables."""
