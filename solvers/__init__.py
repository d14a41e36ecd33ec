"""Pure optimisation: plain data in, a solution and a valid bound out. Knows no agency, no file and no map."""
