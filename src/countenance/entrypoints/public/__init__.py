"""What everybody may read without a login: pages, registers and the log's hashes; nothing here writes."""
