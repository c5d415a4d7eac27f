"""Takes the provider's events in: authenticated, read leniently, stored before the answer."""
