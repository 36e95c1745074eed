"""What subjects do for themselves: get in, see, withdraw, ask, appeal, take along."""
