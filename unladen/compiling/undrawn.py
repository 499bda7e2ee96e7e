"""Matplotlib's backend in a child process: it draws for ``savefig``, and says that nobody sees what is to be shown."""

from matplotlib.backend_bases import FigureManagerBase as FigureManager
from matplotlib.backends.backend_agg import FigureCanvasAgg as FigureCanvas

__all__ = ["FigureCanvas", "FigureManager", "show"]


def show(*_args: object, **_options: object) -> None:
    print("plt.show() shows no figure here: a child process has no notebook to put it into. Save it with plt.savefig.")
