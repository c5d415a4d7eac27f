"""Stand-ins that speak the real protocols over HTTP, and the player of scenarios."""
