"""A reply in the clinic's own words: the model chooses the parts, ``reply.py`` puts them together."""
