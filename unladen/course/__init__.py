"""The maintainers' side: render, derive, slides, lint, doctor, and what makes nbval strict. No notebook imports it."""
