"""What trains: one pipeline stage a file; imports `bentos`, so that what is evaluated is what is
served."""
