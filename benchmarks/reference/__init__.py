"""Programs to compare with, each as short as it can honestly be. They import nothing of ours."""
