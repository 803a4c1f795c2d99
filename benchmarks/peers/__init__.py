"""Other programs that expand a matrix, on the same matrix: installed for the occasion, and removed again."""
