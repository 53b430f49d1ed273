"""`atalaya screen`: a file of persons against the list of a running system, or against list files alone."""
