"""What a run would do now: for every job an action, and the credits."""
