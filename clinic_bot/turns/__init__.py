"""Takes a finished burst to the agent, one turn at a time per conversation."""
