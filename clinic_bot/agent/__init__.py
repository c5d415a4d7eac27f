"""Asks the model, bounded in steps, seconds and tokens."""
