"""The services. One never imports another: they meet in shared contracts and on topics."""
