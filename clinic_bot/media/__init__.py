"""Hears and sees what patients send besides words, while the window is open: fetched, read, and told to the burst."""
