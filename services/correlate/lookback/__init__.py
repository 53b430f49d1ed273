"""The look back: the stored past judged against what has changed in the list since."""
