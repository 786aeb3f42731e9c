"""The command line: one command, one file; `options` holds the flags they share."""
