"""Recorded bursts against other settings of the waiting, without waiting."""
