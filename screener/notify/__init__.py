"""How people hear of alerts."""
