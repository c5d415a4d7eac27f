"""Measures the figures that the project holds itself to; ``scripts/bench`` runs it.

Every server is a process of its own on a file of its own, spoken to over real HTTP, and so are the stand-ins for
Groq and Z-API. The load comes from this process, on the same cores as what it measures.
"""
