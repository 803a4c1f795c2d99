"""What ``import sora2batch`` offers: what commands do as functions and values, for scripts."""
