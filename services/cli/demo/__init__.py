"""`atalaya demo`: the whole road with real lists, real seizures and generated crossings, and a verdict on what arrived."""
