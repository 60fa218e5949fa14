"""Personal data: found in a ticket and replaced before any other room sees the text."""
