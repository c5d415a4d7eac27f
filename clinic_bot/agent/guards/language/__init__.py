"""How a sentence is read, which all who hold it share: clauses, denials, figures, days, names, services."""
