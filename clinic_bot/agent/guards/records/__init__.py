"""Holds what is said to be done, and to stand in the records."""
