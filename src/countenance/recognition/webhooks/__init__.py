"""What customers are told at addresses of their own."""
