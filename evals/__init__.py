"""What measures the program and what its learned parts are made with; no part of the wheel."""
