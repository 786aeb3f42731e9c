"""The engine as a child process of another program: messages (`protocol`) and who answers them (`server`)."""
