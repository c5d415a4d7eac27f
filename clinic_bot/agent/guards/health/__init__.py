"""Holds what is said of the body, and of how to prepare for a visit."""
