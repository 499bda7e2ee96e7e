"""What pyproject.toml cannot say: which folders make the package that pip installs.

It has every room but the maintainers', and the sources of ``native/`` inside, for ``machine()`` compiles some of them.
"""

from setuptools import find_packages, setup

ROOMS = find_packages(include=["unladen*"], exclude=["unladen.course*"])
DATA = {"": ["*.csv", "*.css", "*.js", "*.mplstyle", "*.toml"], "unladen.native": ["*"]}

setup(packages=[*ROOMS, "unladen.native"], package_dir={"unladen.native": "native"}, package_data=DATA)
