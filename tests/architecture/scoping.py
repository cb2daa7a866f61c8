"""Reads the product's source for what pages read of clients: which functions, over which tables, within whose scope."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_WATCHED = """
account account_day attendance audience_list_member
client client_day client_group client_tag consent consent_state contact delivery
fan grant_ group_task identity inbound invitation journey_entry kyc live_guest membership movement outflow
points_balance points_posting privacy_request
risk_assessment send
staff_task
standing standing_change timeline_entry
"""
CLIENT_TABLES = frozenset(_WATCHED.split())
_READS = re.compile(r"\b(?:FROM|JOIN)\s+(?:ONLY\s+)?([a-z_]+)")
# a thing that a door has opened before: what is read of it is the door's business
_ONE_THING = re.compile(r"(_id|_ids|^ids|_number|^code|^token|^userid|^external_userid|^openid|_hash)$")
_THINGS = ("Campaign", "Client", "Event", "Livestream", "Step", "Audience", "Group", "Send", "Approval")
_THINGS += ("Journey", "JourneyVersion", "RiskAssessment", "Kyc", "PrivacyRequest")

Name = tuple[str, str]


@dataclass
class Function:
    """One function: what it names, which of the clients' tables it reads, what it is given."""

    place: Name
    names: set[Name] = field(default_factory=set)
    tables: set[str] = field(default_factory=set)
    asks_scope: bool = False
    has_person: bool = False
    has_thing: bool = False


@dataclass
class Module:
    """A module's imports (alias to module, name in it), functions and texts."""

    name: str
    tree: ast.Module
    aliases: dict[str, Name] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    functions: dict[str, ast.AST] = field(default_factory=dict)


class Source:
    """All modules of the product, and who calls whom among their functions."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self.modules = {name: _module(name, text) for name, text in sources.items()}
        self.tables = dict(_model_tables(self.modules))
        self.functions: dict[Name, Function] = {}
        for module in self.modules.values():
            for name, node in module.functions.items():
                self.functions[module.name, name] = self._read(module, name, node)

    def reachable(self, starts: Iterator[Name] | list[Name]) -> set[Name]:
        """Every function that these name, directly or through others; work that is queued is not followed."""
        found: set[Name] = set()
        waiting = [name for name in starts if name in self.functions]
        while waiting:
            name = waiting.pop()
            if name in found or name[0].endswith(".tasks"):
                continue
            found.add(name)
            waiting += [one for one in self.functions[name].names if one in self.functions]
        return found

    def asks_scope(self, place: Name) -> bool:
        """Whether a function compiles somebody's scope, itself or through private functions of its own module."""
        near = [place]
        seen: set[Name] = set()
        while near:
            one = near.pop()
            if one in seen:
                continue
            seen.add(one)
            function = self.functions[one]
            if function.asks_scope:
                return True
            near += [name for name in function.names if name in self.functions and name[0] == place[0]]
        return False

    def doors(self) -> dict[str, Name]:
        """The endpoints of the staff's pages: route name to function."""
        found = {}
        for module in self.modules.values():
            if not module.name.startswith("web."):
                continue
            for node in ast.walk(module.tree):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "staff_page":
                    endpoint, name = node.args[1], node.args[2]
                    place = _named(module, endpoint, self.modules)
                    if place is not None and isinstance(name, ast.Constant):
                        found[str(name.value)] = place
        return found

    def _read(self, module: Module, name: str, node: ast.AST) -> Function:
        function = Function((module.name, name))
        _read_parameters(function, node)
        assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        # the body alone: a type of a parameter reads nothing
        for part in (part for line in node.body for part in ast.walk(line)):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                function.tables |= _tables(part.value)
            place = _named(module, part, self.modules)
            if place is None or place == function.place:
                continue
            if place[0] == "staff.scope":
                function.asks_scope = True
            if place in self.tables:
                function.tables |= {self.tables[place]} & CLIENT_TABLES
            text = self.modules[place[0]].texts.get(place[1]) if place[0] in self.modules else None
            if text is not None:
                function.tables |= _tables(text)
            function.names.add(place)
        return function


def unscoped_lists(source: Source) -> dict[str, set[str]]:
    """Functions behind pages that read clients' tables as a whole without a person's scope: place to tables."""
    found = {}
    for place in source.reachable(list(source.doors().values())):
        function = source.functions[place]
        if function.tables and not (function.has_person and source.asks_scope(place)) and not function.has_thing:
            found[":".join(place)] = function.tables
    return found


def unscoped_doors(source: Source) -> dict[str, set[str]]:
    """Pages that read something of clients and ask for nobody's scope on the way: route name to the functions read."""
    found = {}
    for route, endpoint in source.doors().items():
        reached = source.reachable([endpoint])
        reads = {":".join(place) for place in reached if source.functions[place].tables}
        if reads and not any(source.functions[place].asks_scope for place in reached):
            found[route] = reads
    return found


def models_in_pages(source: Source) -> set[str]:
    """Pages' functions that reach for a client's table themselves, by the ORM or by SQL of their own."""
    return {
        ":".join(place)
        for place, function in source.functions.items()
        if place[0].startswith("web.") and function.tables
    }


def _module(name: str, text: str) -> Module:
    module = Module(name, ast.parse(text))
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            for one in node.names:
                module.aliases[one.asname or one.name] = (node.module, one.name)
    for node in module.tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            module.functions[node.name] = node
        elif isinstance(node, ast.ClassDef):
            methods = [part for part in node.body if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)]
            module.functions |= {f"{node.name}.{part.name}": part for part in methods}
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name):
                words = [part.value for part in ast.walk(node.value) if isinstance(part, ast.Constant)]
                module.texts[target.id] = " ".join(word for word in words if isinstance(word, str))
    return module


def _model_tables(modules: Mapping[str, Module]) -> Iterator[tuple[Name, str]]:
    for module in modules.values():
        for node in module.tree.body:
            if isinstance(node, ast.ClassDef):
                for part in ast.walk(node):
                    if isinstance(part, ast.Assign) and ast.unparse(part.targets[0]) == "table":
                        assert isinstance(part.value, ast.Constant)
                        yield (module.name, node.name), str(part.value.value)


def _named(module: Module, node: ast.AST, modules: Mapping[str, Module]) -> Name | None:
    """What a name or an attribute of a module stands for."""
    if isinstance(node, ast.Name):
        if node.id in module.aliases:
            return module.aliases[node.id]
        is_own = node.id in module.functions or node.id in module.texts
        return (module.name, node.id) if is_own else None
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in module.aliases:
        package, name = module.aliases[node.value.id]
        if f"{package}.{name}" in modules:
            return f"{package}.{name}", node.attr
    return None


def _read_parameters(function: Function, node: ast.AST) -> None:
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    for one in arguments:
        kind = ast.unparse(one.annotation) if one.annotation else ""
        function.has_person |= kind.startswith("Staff") or "Request" in kind
        function.has_thing |= bool(_ONE_THING.search(one.arg)) or any(
            re.search(rf"\b{word}\b", kind) for word in _THINGS
        )


def _tables(text: str) -> set[str]:
    return set(_READS.findall(text)) & CLIENT_TABLES
