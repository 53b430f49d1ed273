"""`atalaya doctor`: is everything there, as the code wants it, and if not, what to do."""
