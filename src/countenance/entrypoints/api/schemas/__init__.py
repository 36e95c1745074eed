"""What travels as JSON: one module a resource, every bound and pattern stated."""
