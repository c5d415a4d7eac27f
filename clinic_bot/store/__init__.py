"""Records, and the transactions that keep the rules."""
