"""Inside: live drawings of real objects, and of code while it runs."""
