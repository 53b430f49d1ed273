"""What the services say to each other and to the world: frozen models, topics, codecs."""
