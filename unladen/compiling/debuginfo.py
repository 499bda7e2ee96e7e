"""What a compiled library exports, read out of its own debug information: functions as the compiler saw them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from unladen.compiling import elf, macho
from unladen.compiling.declared import CType, Parameter, Signature
from unladen.compiling.laid_out import Types, named, number
from unladen.compiling.spelled import prototype, spelled

# nothing of ours is in there, and it is large
_FOREIGN = {"std", "__gnu_cxx", "__cxxabiv1", "__gnu_debug", "__debug"}
_SECTIONS = ("info", "aranges", "abbrev", "frame", "str", "loc", "ranges", "pubtypes", "pubnames", "line", "addr")
_SECTIONS += ("str_offsets", "line_str", "loclists", "rnglists", "sup", "types")
_LEVEL = re.compile(r" -g(?:gdb)?(\d?)(?= |$)")
_PROMOTED = {"bool", "char", "float", "int", "unsigned"}


@dataclass(frozen=True)
class Exported:
    """The functions of a library that could be read, and the names of those that are there but could not be."""

    functions: tuple[Signature, ...]
    unread: tuple[str, ...]


def exported(library: Path, file: str, names: dict[str, int | None] | None = None) -> Exported:
    """Return what ``library`` exports under plain names, functions of the source called ``file`` first, in its order.

    Their ``line`` is where the name stands in ``file``; 0 if they come from another file. ``names`` are what to look
    for, each with its address or None, if not what the library exports itself.
    """
    wanted = names_of(library) if names is None else names
    found: dict[str, tuple[tuple, Signature]] = {}
    debug = _debug(library)
    for cu in debug.iter_CUs() if debug else ():
        if _has_lines_only(cu):
            continue
        unit = _Unit(debug, cu, file)
        for die in _subprograms(cu.get_top_DIE()):
            one = unit.signature(die, wanted)
            if one and (one.name not in found or one.line):
                column = number(die, "DW_AT_decl_column") or 0
                found[one.name] = (not one.line, one.line, column, wanted[one.name] or 0), one
    functions = tuple(one for _, one in sorted(found.values(), key=lambda row: row[0]))
    return Exported(functions, tuple(sorted(name for name in wanted.keys() - found.keys() if name[0] != "_")))


def names_of(library: Path) -> dict[str, int | None]:
    """Return the addresses of the functions that a library exports under plain names; None where it is chosen late."""
    data = library.read_bytes()
    names = macho.names(data) if macho.is_macho(data) else elf.names(data) if elf.is_elf(data) else {}
    # C++ adds the types of its parameters to a name, and compilers mark their own copies with a dot
    ours = {name: at for name, at in names.items() if name.isidentifier() and not name.startswith("_Z")}
    return {name: at for name, at in ours.items() if name not in ("_init", "_fini")}


def _debug(library: Path):
    """Return pyelftools' view of the debug information of a library, or of a Mac's object; None if it has none."""
    from elftools.dwarf.dwarfinfo import DebugSectionDescriptor, DwarfConfig, DWARFInfo

    data = library.read_bytes()
    little, width = True, 8
    if macho.is_macho(data):
        sections = macho.sections(macho.beside(library).read_bytes())
    elif elf.is_elf(data):
        sections = elf.sections(data)
        little, width = elf.shape(data)
    else:
        sections = {}
    if not {"info", "abbrev"} <= sections.keys():
        return None
    found = {
        name: DebugSectionDescriptor(io.BytesIO(content), f".debug_{name}", 0, len(content), 0)
        for name, content in sections.items()
    }
    asked = {f"debug_{name}_sec": found.get(name) for name in _SECTIONS}
    return DWARFInfo(DwarfConfig(little, "", width), **asked, eh_frame_sec=None, gnu_debugaltlink_sec=None)


def _subprograms(top) -> Iterator:
    """Yield the functions of a unit, also those inside of namespaces; of what surrounds them, as little as possible."""
    for die in top.iter_children():
        if die.tag == "DW_TAG_subprogram":
            yield die
        elif die.tag == "DW_TAG_namespace" and named(die) not in _FOREIGN:
            yield from _subprograms(die)


def _has_lines_only(cu) -> bool:
    """Tell whether gcc was asked for lines alone (-g1): functions are then named as if they took nothing."""
    found = cu.get_top_DIE().attributes.get("DW_AT_producer")
    levels = _LEVEL.findall(found.value.decode("utf-8", "replace")) if found else []
    return levels[-1:] == ["1"]


class _Unit:
    """One compilation unit: what its numbers of files mean, and the types it has."""

    def __init__(self, debug, cu, file: str) -> None:
        self._debug, self._cu, self._file = debug, cu, file
        self._types = Types(self._is_c())
        self._own: set[int] | None = None

    def signature(self, die, names: dict[str, int | None]) -> Signature | None:
        """Return the function that ``die`` defines, if it is one of ``names``."""
        known = _Resolved(die)
        linkage = known.get("DW_AT_linkage_name")
        name = (linkage or known.get("DW_AT_name") or b"").decode("utf-8", "replace").partition(".")[0]
        if name not in names or not known.get("DW_AT_external") or "DW_AT_declaration" in die.attributes:
            return None
        if known.origin.cu.cu_offset != self._cu.cu_offset:
            return None  # optimised together with other files (-flto): it is read where it was compiled
        at = number(die, "DW_AT_low_pc")
        if None not in (at, names[name]) and at != names[name]:
            return None
        children = list(known.first.iter_children())
        given = [child for child in children if child.tag == "DW_TAG_formal_parameter"]
        parameters = tuple(self._parameter(child, n) for n, child in enumerate(given, 1))
        returns = self._types.of(known.having("DW_AT_type") or die)
        variable = any(child.tag == "DW_TAG_unspecified_parameters" for child in children)
        style = known.get("DW_AT_prototyped") or not self._is_c()
        refused = _refusal(name, parameters, variable, bool(style))
        text = prototype(name, returns, parameters, variable)
        own = known.get("DW_AT_decl_file") in self._files()
        line = known.get("DW_AT_decl_line") or 0
        return Signature(name, returns, parameters, text, line=line if own else 0, refused=refused)

    def _parameter(self, die, position: int) -> Parameter:
        known = _Resolved(die)
        name = (known.get("DW_AT_name") or b"").decode("utf-8", "replace")
        kind = self._types.of(known.having("DW_AT_type") or die)
        return Parameter(name or f"argument {position}", kind, spelled(name, kind))

    def _is_c(self) -> bool:
        # C89, C, C99, C11, C17, C23
        return number(self._cu.get_top_DIE(), "DW_AT_language") in (1, 2, 12, 29, 44, 62)

    def _files(self) -> set[int]:
        """Return the numbers under which this unit knows the source itself."""
        if self._own is None:
            program = self._debug.line_program_for_CU(self._cu)
            entries = program["file_entry"] if program else []
            first = 0 if program and program["version"] >= 5 else 1
            names = [entry.name.decode("utf-8", "replace").rsplit("/", 1)[-1] for entry in entries]
            self._own = {n for n, name in enumerate(names, first) if name == self._file}
        return self._own


class _Resolved:
    """An entry together with those that it completes: its declaration, or what it is a copy of."""

    def __init__(self, die) -> None:
        self._chain = [die]
        while len(self._chain) < 4:
            for link in ("DW_AT_abstract_origin", "DW_AT_specification"):
                if link in self._chain[-1].attributes:
                    self._chain.append(self._chain[-1].get_DIE_from_attribute(link))
                    break
            else:
                break

    def get(self, attribute: str):
        """Return an attribute's value, None if none of the entries has it."""
        die = self.having(attribute)
        return die.attributes[attribute].value if die else None

    def having(self, attribute: str):
        """Return the first of the entries that has ``attribute``, or None."""
        return next((die for die in self._chain if attribute in die.attributes), None)

    @property
    def origin(self):
        """The last of the entries: the one that is no copy."""
        return self._chain[-1]

    @property
    def first(self):
        """The entry whose parameters count: a copy's optimised ones may be fewer than its original's."""
        origins = [die for die in self._chain if "DW_AT_inline" in die.attributes]
        return origins[0] if origins else self._chain[0]


def _refusal(name: str, parameters: tuple[Parameter, ...], variable: bool, prototyped: bool) -> str:
    """Say why a function cannot be called with its own types; '' if it can."""
    if variable:
        return (
            f"{name} takes a variable number of arguments (...), which cannot cross from Python: "
            "write a function that takes an array and its length"
        )
    changed = [p for p in parameters if not prototyped and _promoted(p.type)]
    if changed:
        return (
            f"{name} is defined in the old style, in which {changed[0].text!r} is not passed as what it is declared: "
            f"write the types between the parentheses: {name}({', '.join(p.text for p in parameters)})"
        )
    return ""


def _promoted(kind: CType) -> bool:
    """Tell whether an old-style function gets something wider than this."""
    return kind.kind in _PROMOTED and (kind.size < 4 or (kind.kind, kind.size) == ("float", 4))
