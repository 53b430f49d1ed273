"""The schema `notify` as its use cases need it; every statement runs in the caller's transaction."""
