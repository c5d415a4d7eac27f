"""Holds what is said of the clinic: what it does and has, where it is, how it is entered."""
