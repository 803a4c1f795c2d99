"""What a terminal shows: bars, boards, live views. Drawn by rich."""
