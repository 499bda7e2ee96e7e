"""Elsewhere: run it on another Python, in Java, with a package of an extra; or show the run that was recorded there."""
