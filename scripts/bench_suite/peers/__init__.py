"""The same bursts through this project and through general job libraries, side by side: ``scripts/bench peers``.

A library is used as its documentation shows for calls that repeat within a window, with its defaults. It is installed
by the extra ``peers``, since nothing of the service needs it.
"""
