"""Native JSON over HTTP."""
