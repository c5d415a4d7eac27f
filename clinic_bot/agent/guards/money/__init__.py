"""Holds what is said of money: prices, terms, fees, ways to pay, what is promised free or cheaper, health plans."""
