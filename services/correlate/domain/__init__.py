"""What correlate decides: pure functions of events, sightings and entries; no I/O, no clock, no randomness."""
