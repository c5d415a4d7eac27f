"""Until when a burst stays open: pure functions, state and time in, deadline out."""
