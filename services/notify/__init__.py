"""Release, rendering, signing and delivery of alerts."""
