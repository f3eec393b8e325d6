"""How the simulated platforms speak; written apart from the decoders, so that each checks the other."""
