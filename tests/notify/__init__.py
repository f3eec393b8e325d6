"""How people hear of alerts: tested with real servers on loopback."""
