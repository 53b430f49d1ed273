"""What the sightings of a subject add up to: routes, seizure links, standing alerts."""
