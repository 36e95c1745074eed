"""Reading the log: as a person, an auditor, the public; what it says of other times; its witnesses."""
