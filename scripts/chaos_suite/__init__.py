"""Breaks the real server on purpose and counts what was lost or said twice; ``scripts/chaos`` runs it.

The server is a process of its own on a file of its own. The patients, the reception and the stand-ins for Groq and
Z-API, with every fault they know, live in this process and are spoken to over real HTTP.
"""
