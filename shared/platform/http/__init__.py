"""The HTTP side of a process: server, application, problems, limits, documentation."""
