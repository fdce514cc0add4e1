"""Parameters of a strategic model from a table of cases: maximum likelihood of games whose outcomes were observed."""
