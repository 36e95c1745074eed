"""What compares error rates between groups of people: trials, intervals, verdicts, how many are enough."""
