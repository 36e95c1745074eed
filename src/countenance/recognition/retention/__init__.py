"""How long references are kept, computed with its reason, and destroyed on time."""
