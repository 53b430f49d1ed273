"""`atalaya offsets`: how far each consumer is, and moving it when an operator must."""
