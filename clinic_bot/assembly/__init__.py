"""Builds the objects of each room from the settings; ``app.py`` puts them together and runs them."""
