"""What the police get: a bag made of what was kept, that anybody can check."""
