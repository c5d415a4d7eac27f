"""What the clinic is: its facts and its words."""
