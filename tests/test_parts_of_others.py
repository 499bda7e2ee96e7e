"""Parts of other packages that nobody promised us, and that the course relies on: each is looked for where it was.

They stand in a table, docs/parts-of-others.md. One that has moved is told in a sentence: what of which package, where
it is used, what to do. What others print is read here as the course reads it.
"""

from __future__ import annotations

import ast
import importlib
import importlib.metadata
import inspect
import json
import re
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from jupyter_client.manager import start_new_kernel

from tests.helpers.small_lock import make_wheel
from unladen.course import advice, kernel, slides
from unladen.elsewhere import profilers
from unladen.timing import profiles, tools

ROOT = Path(__file__).resolve().parents[1]
TABLE = (ROOT / "docs" / "parts-of-others.md").read_text(encoding="utf-8")
PROGRAM = "def main():\n    return sum([i * i for i in range(400_000)])\n\nfor _ in range(20):\n    main()\n"


@dataclass(frozen=True)
class Part:
    """``what`` of a ``package`` is relied on in ``files``; what to ``do`` when it has moved."""

    name: str
    package: str
    what: str
    files: tuple[str, ...]
    do: str

    def sentence(self, problem: Exception) -> str:
        """What to say when it is not there: ``problem`` is what looking for it raised."""
        version = "" if self.package == "python" else f" {importlib.metadata.version(self.package)}"
        return (
            f"{self.package}{version} has changed what is relied on in {', '.join(self.files)}: {self.what}. "
            f"{self.do}. ({type(problem).__name__}: {problem})"
        )


def table() -> list[Part]:
    """The rows of docs/parts-of-others.md."""
    rows = [line.strip("| ").split(" | ") for line in TABLE.splitlines() if re.match(r"\| (?!look for)\w", line)]
    return [
        Part(look, package, what, tuple(re.findall("`(.+?)`", files)), do) for look, package, what, files, do in rows
    ]


def has(thing: object, *names: str) -> None:
    """Raise if ``thing`` (or the module of that name) lacks one of ``names``."""
    thing = importlib.import_module(thing) if isinstance(thing, str) else thing
    gone = [name for name in names if not hasattr(thing, name)]
    assert not gone, f"{getattr(thing, '__name__', type(thing).__name__)} has no {', '.join(gone)}"


def holds(text: str, *words: str) -> None:
    """Raise if a text lacks one of ``words``."""
    gone = [word for word in words if word not in text]
    assert not gone, f"{', '.join(gone)} is not there"


def source_of(module: str, name: str = "") -> str:
    found = importlib.import_module(module)
    return inspect.getsource(getattr(found, name) if name else found)


# -- where the course is read ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """Run a cell in a kernel as JupyterLab does, with the cell's name; what it prints."""
    home = tmp_path_factory.mktemp("home")
    manager, client = start_new_kernel(env=kernel.environment(home), stdout=subprocess.DEVNULL)

    def run(code: str) -> str:
        message = client.session.msg("execute_request", {"code": code, "silent": False}, metadata={"cellId": "a"})
        client.shell_channel.send(message)
        told = ""
        while True:
            one = client.get_iopub_msg(timeout=60)
            if one["parent_header"].get("msg_id") == message["header"]["msg_id"]:
                told += one["content"].get("text", "") + "".join(one["content"].get("traceback", ""))
                if one["content"].get("execution_state") == "idle":
                    return told

    yield run
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def look_for_outstream(said):
    names = ["_should_watch", "_original_stdstream_fd", "_is_master_process", "watch_fd_thread"]
    assert said(f"import sys; print([n for n in {names} if not hasattr(sys.stdout, n)])") == "[]\n"


def look_for_asked_by(said):
    assert said('print(get_ipython().kernel.get_parent("shell")["metadata"]["cellId"])') == "a\n"


def look_for_cells_files(said):
    assert re.search(r"ipykernel_\d+[/\\]\d+\.py\n$", said("print((lambda: 0).__code__.co_filename)"))


def look_for_kernel_dict():
    has("ipykernel.kernelspec", "RESOURCES", "get_kernel_dict")


def look_for_ipythons_own(said):
    names = "open.__code__.co_name, type(exit).__name__, get_ipython.__name__"
    assert said(f"print({names})") == "_modified_open ZMQExitAutocall get_ipython\n"
    modules = "open.__globals__['__name__'], type(exit).__module__, get_ipython.__func__.__module__"
    assert all(name.startswith("IPython") for name in said(f"print({modules})").split())


def look_for_tracebacks(said):
    assert said("s = get_ipython(); print(callable(s.InteractiveTB.structured_traceback))") == "True\n"
    assert said("print(type(s.events.callbacks['pre_run_cell']).__name__)") == "list\n"
    raised = "class E(Exception):\n    def _render_traceback_(self): return ['one line']\nraise E"
    assert said(raised) == "one line"


def look_for_cell_id():
    scripts = (Path(sys.prefix) / "share" / "jupyter" / "lab" / "static").glob("*.js")
    found = any(re.search(r"\bcellId:\w+\.sharedModel\.getId\(\)", script.read_text("utf-8")) for script in scripts)
    assert found, "no script of its mentions it"


def look_for_outputs():
    scripts = (Path(sys.prefix) / "share" / "jupyter" / "lab" / "static").glob("*.js")
    text = "".join(script.read_text("utf-8") for script in scripts)
    for part in ("addFactory(", "getFactory(", "createRenderer:", "renderModel(", "_JUPYTERLAB"):
        assert part in text, f"no script of its mentions {part}"
    has(importlib.import_module("jupyterlab.labapp").LabApp, "extra_labextensions_path")


def look_for_settings():
    given = json.loads((ROOT / "unladen/course/lab_settings/overrides.json").read_text())
    for plugin, options in given.items():
        schema = Path(sys.prefix, "share/jupyter/lab/schemas", plugin.replace(":", "/") + ".json")
        holds(schema.read_text(encoding="utf-8"), *(f'"{option}"' for option in options))
    has("jupyterlab", "NeverCheckForUpdate")
    has(importlib.import_module("jupyterlab.labapp").LabApp, "news_url", "check_for_updates_class", "extension_manager")
    holds(source_of("jupyter_server.serverapp"), "jpserver-%s.json")
    holds(source_of("jupyter_server.auth.identity"), "JUPYTER_TOKEN_FILE")


# -- compilers and what they write -----------------------------------------------------------------------------------


def look_for_numbas_words():
    from unladen.compiling.jitted import refusal

    lines = refusal(lambda x: x if x > 0 else "none", 1)
    holds(" ".join(lines), "Cannot unify", "int64")
    assert not re.search(r"\.py|\x1b| 0x", " ".join(lines)), lines


def look_for_ufuncs():
    import numba
    from numba.np.ufunc.dufunc import DUFunc

    made = numba.vectorize(lambda x: x)
    assert isinstance(made, DUFunc) and made._dispatcher.py_func(3) == 3
    assert numba.njit(fastmath=True)(lambda x: x).targetoptions["fastmath"]


def look_for_dispatchers():
    import numba
    from numba.core.registry import CPUDispatcher

    made = numba.njit(lambda x: x)
    CPUDispatcher.__call__, kept = (lambda *_: "ours"), vars(CPUDispatcher).get("__call__")
    try:
        assert made(3) == "ours"
    finally:
        if kept:
            CPUDispatcher.__call__ = kept
        else:
            del CPUDispatcher.__call__
    assert isinstance(numba.prange, type) and list(numba.prange(2)) == [0, 1]


def look_for_annotations(tmp_path):
    from unladen.compiling.annotation import annotation

    (tmp_path / "it.pyx").write_text("def f(n):\n    return n + 1\n")
    command = [sys.executable, "-m", "cython", "-3", "--annotate", "it.pyx", "-o", "code.c"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    lines = annotation(tmp_path)
    assert [line.text.strip() for line in lines[:2]] == ["def f(n):", "return n + 1"], lines
    assert lines[1].score > 0 and lines[1].c_lines > 1, lines


def look_for_declarations():
    import cffi

    ffi = cffi.FFI()
    ffi.cdef("int f(int);")
    assert "int f(int);" in ffi._cdefsources


def look_for_pybind11_domains():
    import pybind11

    from unladen.compiling import extension

    detail = Path(pybind11.get_include(), "pybind11")
    holds((detail / "detail/internals.h").read_text(), "PYBIND11_MODULE_LOCAL_ID", "PYBIND11_PLATFORM_ABI_ID")
    holds((detail / "detail/type_caster_base.h").read_text(), "PYBIND11_MODULE_LOCAL_ID")
    holds((detail / "conduit/pybind11_platform_abi_id.h").read_text(), "PYBIND11_STDLIB")
    assert pybind11.__version__.startswith(extension._KNOWN), f"{pybind11.__version__} was not looked at"


def look_for_nanobind_domains():
    import nanobind

    sources = Path(nanobind.source_dir())
    assert (sources / "nb_combined.cpp").is_file() and (sources.parent / "ext/robin_map/include").is_dir()
    holds(Path(nanobind.include_dir(), "nanobind/nb_defs.h").read_text(), "NB_DOMAIN_STR")


def look_for_dwarf():
    from elftools.dwarf.dwarfinfo import DebugSectionDescriptor, DwarfConfig, DWARFInfo

    from unladen.compiling.debuginfo import _SECTIONS

    wanted = {"config", "eh_frame_sec", "gnu_debugaltlink_sec", *(f"debug_{name}_sec" for name in _SECTIONS)}
    given = inspect.signature(DWARFInfo).parameters
    needed = {name for name, one in given.items() if one.default is one.empty}
    assert needed <= wanted <= set(given), wanted ^ needed
    assert DebugSectionDescriptor._fields == ("stream", "name", "global_offset", "size", "address")
    assert DwarfConfig._fields == ("little_endian", "machine_arch", "default_address_size")


def look_for_pickler():
    import io

    import cloudpickle

    has(cloudpickle.cloudpickle, "_is_registered_pickle_by_value")
    has(cloudpickle.Pickler(io.BytesIO()), "globals_ref", "reducer_override")


def look_for_bars():
    from coffea.util import coffea_console, rich_bar

    assert rich_bar().console is coffea_console
    has(coffea_console, "quiet", "is_jupyter")


def look_for_buffers():
    import awkward as ak

    layout = ak.Array([[1.0], []]).layout
    has(layout.content, "_data", "backend")
    has(layout.offsets, "_data")
    has(importlib.import_module("awkward._nplikes.virtual").VirtualNDArray, "is_materialized", "materialize")


def look_for_fused_tasks():
    import dask
    import dask.array as da
    from dask._task_spec import _execute_subgraph
    from dask.core import get_dependencies
    from dask.utils import key_split

    [fused] = dask.optimize(da.ones(2, chunks=1) + 1)
    own = dict(fused.__dask_graph__())
    key = (fused.name, 0)
    assert own[key].func is _execute_subgraph
    assert [key_split(inner) for inner in own[key].args[0]] == ["add", "ones_like"]
    assert all(hasattr(inner, "dependencies") for inner in own[key].args[0].values())
    assert get_dependencies(own, key) == set()


def look_for_removals():
    removing = source_of("distributed.scheduler", "Scheduler")
    holds(removing, '"action": "remove-worker"', '"processing-tasks": processing_keys')
    holds(removing, '"lost-computed-tasks": recompute_keys', "plugin.remove_worker(", "nbytes=nbytes")
    assert removing.index("self.transitions(recommendations, stimulus_id") < removing.index("plugin.remove_worker(")
    holds(source_of("distributed.scheduler", "SchedulerState"), "self.plugins = ", "tasks: dict[Key, TaskState]")
    holds(source_of("distributed.worker_memory", "NannyMemoryManager"), "exceeded ", "% memory budget. ")


def look_for_versions():
    import jax

    compiled = jax.jit(lambda x: x + 1)
    compiled(1.0)
    assert compiled._cache_size() == 1


# -- profilers and other tools: what they write down -----------------------------------------------------------------


def look_for_sessions(tmp_path):
    import pyinstrument

    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    with pyinstrument.Profiler(interval=0.001) as profiler:
        exec(compile(PROGRAM, str(program), "exec"), {})
    profiler.last_session.save(tmp_path / "session")
    stacks = profiles.session_stacks(tmp_path / "session", "program.py", root="main")
    assert stacks and all(stack[0] == "main" and seconds > 0 for stack, seconds in stacks.items()), stacks


def look_for_scalenes_json(tmp_path, monkeypatch):
    if profilers.gone("scalene"):
        pytest.skip(f"needs Scalene: {profilers.HOW['scalene']}")
    monkeypatch.chdir(tmp_path)
    Path("program.py").write_text(PROGRAM)
    with tools.spared("jax", "torch", "tensorflow"):
        tools.python("", "-m", "scalene", "run", "--cpu-sampling-rate", "0.001", "-o", "scalene.json", "program.py")
    lines = profiles.scalene_lines("scalene.json", "program.py", containing="sum(")
    assert [line.number for line in lines] == [2] and lines[0].share > 0.2, lines


def look_for_metadata():
    printed = tools.python("", "-m", "pyperf", "collect_metadata")
    told = dict(line[2:].split(": ", 1) for line in printed.splitlines() if line.startswith("- "))
    assert float(told["load_avg_1min"]) >= 0 and told["perf_version"], printed
    holds(source_of("pyperf._collect_metadata"), "'cpu_config'", "'uptime'", "'governor:%s'", ":no turbo'", ":turbo'")


def look_for_scheduler():
    from unladen.elsewhere.cluster import cluster

    has("distributed.utils", "format_dashboard_link")
    has("distributed.versions", "get_versions", "VersionMismatchWarning")
    for module in ("scheduler", "nanny", "worker", "process"):
        assert "signal.signal(" not in source_of(f"distributed.{module}"), f"{module} handles signals"
    with cluster(workers=0, own=True) as client:
        host, port = client.scheduler.address.removeprefix("tls://").split(":")
        context = client.security.get_connection_args("client")["ssl_context"]
        with socket.create_connection((host, int(port)), 20) as link, context.wrap_socket(link) as secret:
            assert secret.recv(1), "it waits for us to speak first"


def look_for_mpichs_words():
    from unladen.elsewhere import mpi, ranks

    if mpi.missing():
        pytest.skip(mpi.missing())
    world = "from mpi4py import MPI\nworld = MPI.COMM_WORLD\n"
    ends = {"__import__('os')._exit(4)": "ended with status 4", "world.Abort(3)": "called Abort(3)"}
    for end, told in ends.items():
        done = ranks.run(2, f"{world}if world.rank: {end}\nworld.barrier()", dies=True)
        assert done.result.startswith(f"rank 1 of 2 {told}"), done.result
    held = ranks.run(2, f"{world}result = open('/proc/self/maps').read() if {sys.platform == 'linux'} else ''")
    assert held.by.startswith("MPICH ")
    if sys.platform == "linux":  # its name is gone, its memory is not
        assert re.search(r"/dev/shm/mpich\S+ \(deleted\)", held.result)


def look_for_uvs_words(tmp_path):
    make_wheel(tmp_path, "swallow", "1.0")
    (tmp_path / "lock.txt").write_text(f"swallow==1.0 --hash=sha256:{'0' * 64}\n")
    install = ["uv", "pip", "install", "--no-cache", "--no-config", "--target", str(tmp_path / "there")]
    for options, expected in (
        (
            ["--no-index", "--find-links", str(tmp_path), "--require-hashes", "-r", "lock.txt"],
            "not the one in the lock",
        ),
        (["--index-url", "http://127.0.0.1:9/", "swallow"], "The package index did not answer"),
    ):
        command = [sys.executable, "-m", *install, *options]
        done = subprocess.run(command, cwd=tmp_path, env=_without_uvs_own(), capture_output=True, text=True)
        assert done.returncode and expected in advice.about(done.stderr), done.stderr


def _without_uvs_own() -> dict[str, str]:
    import os

    return {k: v for k, v in os.environ.items() if not k.startswith(("UV_", "PIP_"))} | {"UV_HTTP_RETRIES": "0"}


# -- slides ----------------------------------------------------------------------------------------------------------


OWN_SCRIPTS = sorted(slides.TEMPLATE.glob("*.js"))


def look_for_template():
    made = slides.exporter()
    has("nbconvert.exporters.slides", "_RevealMetadataPreprocessor")
    assert {"clean_html", "escape_html", "text_base64", "get_metadata"} <= made.environment.filters.keys()
    folder = Path(sys.prefix, "share/jupyter/nbconvert/templates")
    text = "".join((folder / name).read_text("utf-8") for name in ("reveal/base.html.j2", "lab/base.html.j2"))
    text += "".join((folder / "base" / name).read_text("utf-8") for name in ("display_priority.j2", "null.j2"))
    ours = (slides.TEMPLATE / "index.html.j2").read_text("utf-8")
    blocks = set(re.findall(r"block (\w+)", ours))
    assert blocks <= set(re.findall(r"block (\w+)", text)), blocks - set(re.findall(r"block (\w+)", text))
    scripts = "".join(path.read_text("utf-8") for path in OWN_SCRIPTS)
    classes = set(re.findall(r"\.(jp-\w+(?:-\w+)*)", scripts))
    assert len(classes) >= 4
    holds(text, *classes)


def look_for_reveal():
    assert len(slides.scripts(formulas=False)) == 2 + len(OWN_SCRIPTS) and "Source Sans Pro" in slides.style_sheet()


def look_for_mathjax():
    assert len(slides.scripts(formulas=True)) == 4 + len(OWN_SCRIPTS)


# -- what proves the course ------------------------------------------------------------------------------------------


def look_for_nbvals_kernel():
    has("nbval.kernel", "start_new_kernel", "RunningKernel")
    text = Path(importlib.import_module("nbval.kernel").__file__).read_text("utf-8")
    written = {  # and not what _repair made of it in this process
        one.name: [argument.arg for argument in one.args.args][1:]
        for one in ast.walk(ast.parse(text))
        if isinstance(one, ast.FunctionDef)
    }
    given = {name: written.get(name) for name in ("await_reply", "execute_cell_input", "get_message")}
    assert given == {
        "await_reply": ["msg_id", "timeout"],
        "execute_cell_input": ["cell_input", "allow_stdin"],
        "get_message": ["stream", "timeout"],
    }, given
    holds(text, "self.kc", "def is_alive")


def look_for_nbvals_cells():
    has("nbval.plugin", "IPyNbCell", "coalesce_streams", "get_sanitize_patterns", "carriagereturn_pat")
    cell = source_of("nbval.plugin", "IPyNbCell")
    holds(cell, "self.output_timeout", "self.options['check']", "self.test_outputs", "check_exception", "def sanitize(")
    holds(cell, "def compare_outputs(", "self.parent.kernel")


def look_for_protocol():
    assert [*inspect.signature(importlib.import_module("_pytest.runner").runtestprotocol).parameters] == [
        "item",
        "log",
        "nextitem",
    ]


def look_for_workers():
    holds(source_of("xdist.remote", "WorkerInteractor"), "self.item_index")
    holds(source_of("xdist.dsession", "DSession"), "rep.node = node")


def look_for_reruns():
    holds(source_of("pytest_rerunfailures"), "config.failures_db", "def set_test_reruns(self, crashitem, reruns)")
    holds(source_of("pytest_rerunfailures"), "report.rerun = item.execution_count - 1", 'outcome = "rerun"')


def look_for_provisioner():
    from jupyter_client.manager import KernelManager
    from jupyter_client.provisioning import LocalProvisioner

    has(KernelManager, "provisioner")
    has(LocalProvisioner, "pid")


def look_for_segments():
    text = source_of("multiprocessing.shared_memory")
    asked = (
        "_posixshmem.shm_open(",
        "_posixshmem.shm_unlink(",
        "resource_tracker.register(",
        "from . import resource_",
    )
    holds(text, *asked)


def look_for_pythons_own():
    import ctypes

    has(ctypes, "_SimpleCData", "_Pointer", "_CFuncPtr")
    has(ctypes.byref(ctypes.c_int()), "_obj")
    has(ctypes.c_int * 3, "_type_", "_length_")
    has("sys", "_getframe", "_current_frames", "_base_executable")
    has("atexit", "_run_exitfuncs")


# -- the table -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", table(), ids=lambda part: f"{part.package}-{part.name}")
def test_it_is_where_the_course_looks_for_it(part, request):
    look = globals()[f"look_for_{part.name}"]
    given = {name: request.getfixturevalue(name) for name in inspect.signature(look).parameters}
    try:
        look(**given)
    except Exception as problem:
        pytest.fail(part.sentence(problem), pytrace=False)


def test_each_row_has_its_look_and_each_look_its_row():
    looks = [name.removeprefix("look_for_") for name in globals() if name.startswith("look_for_")]
    assert sorted(part.name for part in table()) == sorted(looks)


def marked() -> dict[str, str]:
    """The packages of pyproject.toml that a comment marks, with the file that it names."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    found = re.findall(r'^ +"([\w-]+)[^"]*",? *#(?: .*;)? (\S+) (?:relies on|repairs) ', text, re.MULTILINE)
    python = re.findall(r"^(requires-python) = \S+ # (\S+) relies on ", text, re.MULTILINE)
    return {"python" if name == "requires-python" else name: file for name, file in [*found, *python]}


def test_pyproject_marks_each_of_these_packages_and_no_others():
    used = {
        package: {file for one in table() if one.package == package for file in one.files}
        for package in {one.package for one in table()}
    }
    assert set(marked()) == set(used)
    assert {package: file for package, file in marked().items() if file not in used[package]} == {}


def test_the_files_that_rely_on_them_are_there():
    assert [file for one in table() for file in one.files if not (ROOT / file).is_file()] == []


def test_no_private_name_of_others_is_used_that_the_table_does_not_name():
    """A name with one underscore that no file of ours defines is somebody else's; _asdict and its like are promised."""
    used, own = {}, {"_asdict", "_replace", "_fields_"}
    for path in (ROOT / "unladen").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                own.add(node.name)
            elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
                own.add(getattr(node, "id", "") or node.attr)
            elif isinstance(node, ast.Attribute) and re.match("_[^_]", node.attr):
                used[node.attr] = path.name
            elif isinstance(node, ast.ImportFrom) and re.search(r"(^|\.)_[^_]", node.module or ""):
                used[node.module] = path.name
    named = " ".join(one.what for one in table())
    assert {name: file for name, file in used.items() if name not in own and name not in named} == {}
