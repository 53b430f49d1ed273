"""Screening and tracking: from events to alerts."""
