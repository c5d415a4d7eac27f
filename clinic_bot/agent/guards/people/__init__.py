"""Holds what is said of people: who attends, what they are like, from which age on, and who is nobody of this phone."""
