"""The command line and the embedded engines: the composition root."""
