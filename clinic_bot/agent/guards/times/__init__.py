"""Holds what is said of times: opening hours, who attends when, what is free, how long things last."""
