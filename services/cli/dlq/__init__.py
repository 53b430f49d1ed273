"""`atalaya dlq`: what could not be handled, looked at and sent back."""
