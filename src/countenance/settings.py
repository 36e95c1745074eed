"""What an installation can be told, read from the environment by the composition root alone."""
