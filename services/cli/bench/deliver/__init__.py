"""`atalaya bench deliver`: from the alerts topic to partners' endpoints, phase by phase."""
