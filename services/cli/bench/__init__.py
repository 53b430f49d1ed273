"""`atalaya bench …`: each hot path beside its practical limit, measured in the same run. Ratios count; absolute figures are this machine's."""
