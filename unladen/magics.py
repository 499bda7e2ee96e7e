"""The front door for notebooks: parse a magic's line, call a room, show the result.

``%load_ext unladen`` registers ``%%c``, ``%%cpp``, ``%native``, ``%asm``, ``%%isolated``, ``%%on`` and ``%%mpi``;
``%%c?`` and so on show how each is used.
"""

from __future__ import annotations

import ast
import os
import re
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from IPython.core.interactiveshell import ExecutionResult
from IPython.core.magic import Magics, cell_magic, line_magic, magics_class
from IPython.display import Markdown, display

from unladen.compiling import BuildError, Library, build, disassemble, native, python_headers
from unladen.compiling.absent import Absent
from unladen.compiling.behind import Working
from unladen.compiling.errors import NoHeaders, NoOpenMP
from unladen.compiling.excerpt import excerpt
from unladen.compiling.headers import find
from unladen.compiling.inputs import LIST
from unladen.line import CellError, bytes_of, identifier, listed, names_and_flags, seconds_of, take_option, words_of
from unladen.patience import patience
from unladen.sandbox import run_isolated
from unladen.sandbox.pickling import Cell
from unladen.show import Listing, Report, duration


@magics_class
class Unladen(Magics):
    """The course's magics."""

    @cell_magic
    def c(self, line: str, cell: str) -> None:
        """Compile the cell as C and bind the library to NAME.

            %%c NAME [compiler flags]

        Its functions can then be called: NAME.function(numbers, len(numbers)). They take numbers and NumPy arrays,
        and check dtype, contiguity and direction before a pointer is passed. Lengths are not checked (but for those
        that are numbers in a declaration, as in double a[3]): C reads and writes wherever its indices lead.
        Flags are added to the course's own (-O3 …), so -O0 turns the optimiser off. Shown are the functions, and the
        exact command with the time it took. A cell that has not changed, nor anything that it includes or links, is
        not compiled again. In messages the %%c line is line 1, as JupyterLab counts.

        C runs inside this kernel. An interrupt does not reach it: a loop without end is ended by restarting the kernel
        only. exit(), abort(), a stack that overflows and a write outside an array may end the kernel. Where that could
        happen, call the function in a cell that begins with %%isolated.
        """
        self._compiled("c", line, cell)

    @cell_magic
    def cpp(self, line: str, cell: str) -> None:
        """Compile the cell as C++ and bind the library to NAME.

            %%cpp NAME [compiler flags]

        Functions declared extern "C" can be called as with %%c, and lengths are checked no more than there. An
        exception that leaves one is raised in Python, as RuntimeError; one that leaves a noexcept function, or a
        thread of C++, ends the kernel. A cell with PYBIND11_MODULE(NAME, m) or NB_MODULE(NAME, m) is imported as the
        Python module that it defines, for this kernel's own Python.
        """
        self._compiled("cpp", line, cell)

    @line_magic
    def native(self, line: str) -> None:
        """Compile a source of the native/ folder and bind the library.

            %native FILE [compiler flags] [--as NAME]
            %native FILE --show "struct Number"

        Without --as it is bound to the file's name: %native ladder.cpp binds ladder. With --show nothing is compiled:
        the definition that begins with these words is shown, to be read.
        """
        words = words_of(line)
        name = take_option(words, "--as", "a name: --as NAME")
        start = take_option(words, "--show", 'the beginning of a definition: --show "struct Number"')
        files, flags = names_and_flags(words)
        if len(files) != 1:
            raise CellError(f"%native takes one FILE, as in `%native ladder.cpp -O0`; got {listed(files)}.")
        if start:
            with _explained():
                source = find(files[0]).read_text(encoding="utf-8")
                return display(Markdown(f"```cpp\n{excerpt(source, start)}\n```"))
        name = identifier("%native", name or re.sub(r"\W", "_", Path(files[0]).stem))
        with _explained(), self._or_absent(name):
            self._bound(name, native(files[0], flags, name=name, waiting=patience))

    @line_magic
    def asm(self, line: str):
        """Show the machine code of a compiled function beside its source lines.

            %asm NAME.function [--versus FLAGS] [--att]

        --versus -O3 builds the same source with other flags and puts both side by side; --att shows AT&T's notation
        instead of Intel's. What is returned displays itself and has .text, .instructions and .versus:
        code = %asm adder.run
        """
        words = words_of(line)
        att = "--att" in words
        words = [w for w in words if w != "--att"]
        versus = None
        if "--versus" in words:
            at = words.index("--versus")
            versus = tuple(words[at + 1 :])
            words = words[:at]
            if not versus or not versus[0].startswith("-"):
                raise CellError("--versus needs compiler flags, as in `%asm adder.run --versus -O3`.")
        if len(words) != 1 or words[0].startswith("-"):
            raise CellError(f"%asm takes NAME.function, as in `%asm adder.run`; got {listed(words)}.")
        with _explained(), patience():
            return disassemble(self._function(words[0]), versus=versus, att=att)

    @cell_magic
    def isolated(self, line: str, cell: str) -> None:
        """Run the cell in a child process, with limits on time and memory: a crash or hang ends the child only.

            %%isolated [--seconds 10] [--memory 2GiB] [--sanitize] [--as NAME]

        The cell sees copies of the variables that it uses; what it changes does not come back. It is plain Python,
        without magics, and runs as a script does: its names are in __main__, and processes that it starts find them
        there, and end with it. The seconds are those in which it can work: waiting for a core on a busy machine does
        not count. What it printed is shown, then what became of it: the exception, the signal or the limit, and the
        line of the cell. --sanitize builds the libraries that it uses once more with the compiler's sanitisers, which
        notice the first access outside an array and name the line in C. --as binds the outcome to NAME (its .kind,
        .signal, .error, .where), and marks the report as one whose words depend on the compiler.
        """
        words = words_of(line)
        seconds = seconds_of(take_option(words, "--seconds", "a number: --seconds 10"))
        memory = bytes_of(take_option(words, "--memory", "a size: --memory 2GiB"))
        name = take_option(words, "--as", "a name: --as NAME")
        sanitize = "--sanitize" in words
        if unknown := [w for w in words if w != "--sanitize"]:
            known = "--seconds N, --memory SIZE, --sanitize and --as NAME"
            raise CellError(f"%%isolated knows {known}; got {listed(unknown)}.")
        if name:
            identifier("%%isolated --as", name, "the outcome")
        call = self._cell(cell)
        with patience("running in a child process"):
            outcome = run_isolated(call, seconds=seconds, memory=memory, sanitize=sanitize)
        print(outcome.stdout, end="" if outcome.stdout.endswith("\n") or not outcome.stdout else "\n")
        if name:
            self.shell.user_ns[name] = outcome
            display(Report("", "\n".join(filter(None, [outcome.stderr.strip(), str(outcome)]))))
            return
        if outcome.stderr:
            print(outcome.stderr, end="" if outcome.stderr.endswith("\n") else "\n", file=sys.stderr)
        if not outcome.ok:
            print(outcome)
        elif outcome.note:
            print(outcome.note)
        elif sanitize:
            print("The sanitisers found nothing.")

    @cell_magic
    def on(self, line: str, cell: str) -> None:
        """Run the cell on other Pythons of this machine, one after the other, and bind what they found to NAME.

            %%on here,pypy3 NAME

        The Pythons are called here (the one of this notebook), pypy3, 3.14, 3.14t (free-threaded), 3.14jit (with
        CPython's own JIT on) and so on. On each the cell runs as a script of its own, in a fresh folder, for a minute
        at most; it knows nothing of the notebook. What it prints is shown. What it leaves in the variable result
        (numbers, texts, lists, dictionaries) is then NAME["pypy3"]. If one of the Pythons is not here, you see how to
        get it, and NAME holds the recorded run of all of them instead: NAME.here tells which. The environment variable
        UNLADEN_PYTHONS names more places to look: programs or folders, separated as in PATH.
        """
        from unladen.elsewhere import pythons, recorded

        words = words_of(line)
        if len(words) < 2:
            raise CellError(f"%%on takes Pythons and a NAME, as in `%%on here,pypy3 answer`; got {listed(words)}.")
        name = identifier("%%on", words[-1], "the results")
        names = pythons.names_in(" ".join(words[:-1]))
        try:
            with patience(f"running on {', '.join(names)}"):
                results = pythons.on(names, name, cell)
        except recorded.Elsewhere as problem:
            raise CellError(f"%%on: {problem}") from None
        self.shell.user_ns[name] = results
        display(results)

    @cell_magic
    def mpi(self, line: str, cell: str) -> None:
        """Run the cell as several ranks of MPI on this machine, and bind what rank 0 found to NAME.

            %%mpi 2,4 NAME [--seconds 60] [--dies]

        For each number of ranks the cell is a script of its own, in a fresh folder, as with `mpiexec -n 2 python
        cell.py`; it knows nothing of the notebook, and reaches the other ranks by `from mpi4py import MPI`. What rank
        1 prints is shown behind [1], in the order of the ranks. What rank 0 leaves in the variable result (numbers,
        texts, lists, dictionaries) is then NAME[2] or NAME[4].
        A rank that raises, dies, or waits for ever ends all of them, and the cell fails in a line that says which it
        was, and where in the cell. With --dies that is expected, and NAME[2] is this line. Nothing is left behind, no
        process and no shared memory. If MPI is not here, you see how to get it, and NAME holds the recorded run
        instead: NAME.here tells which.
        """
        from unladen.elsewhere import mpi, recorded

        wanted = mpi.asked(line)
        try:
            with patience(f"running as {', '.join(map(str, wanted.counts))} ranks"):
                results = mpi.mpi(wanted, cell)
        except recorded.Elsewhere as problem:
            raise CellError(f"%%mpi: {problem}") from None
        self.shell.user_ns[wanted.key] = results
        display(results)

    def _cell(self, cell: str) -> Cell:
        source = "\n" + cell  # the magic's own line is line 1
        try:
            ast.parse(source)
        except SyntaxError as error:
            magic = re.match(r"\s*[%!]", error.text or "")
            advice = " (a %%isolated cell is plain Python, without magics)" if magic else ""
            raise CellError(f"SyntaxError: {error.msg} (line {error.lineno} of the cell){advice}") from None
        return Cell(source, self.shell.user_ns)

    def _compiled(self, language: str, line: str, cell: str) -> None:
        magic = f"%%{language}"
        names, flags = names_and_flags(words_of(line))
        if len(names) != 1:
            raise CellError(
                f"{magic} takes one NAME and compiler flags, as in `{magic} adder -O0`; got {listed(names)}."
            )
        name = identifier(magic, names[0])
        with _explained(), self._or_absent(name):
            made = build("\n" + cell, language, name=name, flags=flags, origin=Path.cwd(), waiting=patience)
            self._bound(name, made)

    @contextmanager
    def _or_absent(self, name: str) -> Iterator[None]:
        """Where Python's headers or OpenMP are missing, say so in a line, and bind what stands for the library."""
        try:
            yield
        except (NoHeaders, NoOpenMP) as problem:
            print(problem)
            self.shell.user_ns[name] = Absent(str(problem))

    def _bound(self, name: str, library: Library | ModuleType) -> None:
        """Bind a library to its name, and show what it has and how it was made."""
        self.shell.user_ns[name] = library
        record = library.build
        if record.warnings:
            display(Listing(f"{name}: the compiler warns", "\n".join(map(str, record.warnings))))
        functions = ", ".join(record.functions)
        has = f"{name}: Python module with {functions}" if isinstance(library, ModuleType) else repr(library)
        took, command = duration(record.seconds), _command(record.command)
        quiet = f"{'found in the cache' if record.cached else 'compiled'} in {took}; the command"
        display(Report(has, f"{command}  ({'cached, ' * record.cached}{took})", quiet))

    def _function(self, text: str):
        """Look up what ``NAME.function`` means in the notebook."""
        name, _, function = text.partition(".")
        library = self.shell.user_ns.get(name)
        known = sorted(n for n, v in self.shell.user_ns.items() if isinstance(v, Library) and not n.startswith("_"))
        if not isinstance(library, Library):
            there = f"compiled here: {', '.join(known)}" if known else "compile one with %%c first"
            raise CellError(f"%asm: {name} is not a compiled library; {there}.")
        if not function and len(library.build.functions) == 1:
            function = library.build.functions[0]
        if function not in library.build.functions:
            there = ", ".join(library.build.functions)
            raise CellError(f"%asm takes one of {name}'s functions, {there}; got {function or 'none'}.")
        return getattr(library, function)


def register(shell) -> None:
    """Register the course's magics with an IPython shell."""
    shell.register_magics(Unladen)
    os.environ.update(python_headers.environment())  # for what a cell starts: f2py, meson
    if not any(getattr(one, "__self__", None).__class__ is Working for one in shell.events.callbacks["pre_run_cell"]):
        working = Working()  # while a cell runs, what is compiled behind it stands still
        shell.events.register("pre_run_cell", working.begin)
        shell.events.register("post_run_cell", working.end)
        shell.events.register("post_run_cell", _without_headers)


def _without_headers(result: ExecutionResult) -> None:
    """After a cell of Cython's own magic, which shows what the compiler said, say what is missing."""
    if (result.info.raw_cell or "").lstrip().startswith("%%cython") and not python_headers.folders():
        print(python_headers.wanting(), file=sys.stderr)


# -- showing ---------------------------------------------------------------------------------------------------------


def _command(command: tuple[str, ...]) -> str:
    """The command as a learner would type it: paths shortened to their last part."""
    short = [_short(word) for word in command if word not in _RECORDS and not word.startswith("-ffile-prefix-map")]
    return shlex.join(short).replace("'", "")


# what only notes, for us, where the compiler worked and what it read
_RECORDS = ("-MD", "-MF", LIST, "-Wl,-t")


def _short(word: str) -> str:
    flag, path = re.match(r"(-[IL]|-i\w+=)?(.*)", word, re.S).groups()
    return (flag or "") + (path.rstrip("/").rsplit("/", 1)[-1] if path.startswith("/") else path)


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what a build complains of into a message without traceback."""
    try:
        yield
    except BuildError as error:
        raise CellError(str(error)) from None
