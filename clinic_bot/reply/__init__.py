"""Says the one reply: intent, send, outcome, and settles what is uncertain."""
