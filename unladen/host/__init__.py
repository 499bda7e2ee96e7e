"""The machine as the system tells of it: what it is, what this process may use of it, what it lacks."""
