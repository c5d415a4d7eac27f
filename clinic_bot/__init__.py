"""clinic_bot: a patient writes in pieces, the clinic answers once."""

__version__ = "0.1.0"
