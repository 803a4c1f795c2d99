"""Speed and memory, as ratios between the program and the bare parts that it is made of."""
