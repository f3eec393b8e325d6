"""The demonstration: simulated platforms on this machine, and two stories played over them through the real proxy."""
