"""What every other folder stands on: jobs, problems, errors, times, texts, files. It imports none of them."""
