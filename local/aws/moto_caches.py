"""Let moto remember what it works out anew for each call.

These are the names of its folders, the methods of a class, the names of parameters as Python writes them, and the
expressions of DynamoDB, which it parses two or three times for each call. Without this, each call takes twice as long.
moto walks the tree of each update ten times, and works out at each node what to do there.
moto also reads the clock directly: it does so twice for each message of a queue whenever one more is sent.
"""

import json
import sys
import time
from collections.abc import Callable
from functools import cache, lru_cache, partialmethod
from typing import Any

from moto import backends
from moto.core import utils
from moto.dynamodb.comparisons import ConditionExpressionParser
from moto.dynamodb.parsing.ast_nodes import DepthFirstTraverser, Node  # type: ignore[attr-defined] # it has no types
from moto.dynamodb.parsing.expressions import UpdateExpressionParser  # type: ignore[attr-defined] # it has no types

_make_update, _traverse_update = UpdateExpressionParser.make, DepthFirstTraverser.traverse_node_recursively
_parse, _operand = (
    ConditionExpressionParser.parse,
    ConditionExpressionParser._make_operand,  # noqa: SLF001 - moto has no other way in
)
_KEPT = 256
"""The most expressions that are remembered: the functions use some twenty."""


def remember() -> None:
    """Change moto in this process, and what it imports later."""
    modules = tuple(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: modules
    _cache(utils.camelcase_to_underscores)
    _cache(utils.method_names_from_class)
    of_moment, of_moment_in_ms = utils.unix_time, utils.unix_time_millis
    _replace(of_moment, lambda moment=None: time.time() if moment is None else of_moment(moment))
    _replace(of_moment_in_ms, lambda moment=None: time.time() * 1000 if moment is None else of_moment_in_ms(moment))
    remember_expressions()


def remember_expressions() -> None:
    """Change moto in this process: it parses each condition and each update of DynamoDB once, and reads it quickly."""
    UpdateExpressionParser.make = lru_cache(_KEPT)(_make_update)  # moto changes only copies of what it parsed
    ConditionExpressionParser.parse = partialmethod(_parse_once, {})  # type: ignore[assignment, method-assign]
    ConditionExpressionParser._make_operand = _with_value  # type: ignore[assignment, method-assign] # noqa: SLF001
    DepthFirstTraverser.traverse_node_recursively = _traverse
    Node.__deepcopy__ = _copied


def _parse_once(parser: Any, known: dict[tuple[str, str], tuple[Any, list[str], list[str]]]) -> Any:
    """Return the condition of moto's parser, with its values.

    `known` has those that were parsed before, by text and names. The values differ from call to call.
    """
    asked = (parser.condition_expression, json.dumps(parser.expression_attribute_names))
    if asked in known:
        root, names, values = known[asked]
        parser.expr_attr_names_found, parser.expr_attr_values_found = [*names], [*values]
        return parser._make_op_condition(root)  # noqa: SLF001
    nodes: list[Any] = []
    make = parser._make_op_condition  # noqa: SLF001

    def noting(node: Any) -> Any:
        nodes.append(node)
        return make(node)

    parser._make_op_condition = noting  # noqa: SLF001 - the first call is for the whole condition
    condition = _parse(parser)
    if nodes and len(known) < _KEPT:
        # moto adds other names to the parser's lists.
        known[asked] = nodes[0], [*parser.expr_attr_names_found], [*parser.expr_attr_values_found]
    return condition


def _with_value(parser: ConditionExpressionParser, node: Any) -> Any:
    """Make an operand of a node. The node of a value may have been parsed in another call, with another value."""
    if node.kind == parser.Kind.EXPRESSION_ATTRIBUTE_VALUE:
        node = node._replace(value=parser._lookup_expression_attribute_value(node.text))  # noqa: SLF001
    return _operand(parser, node)


def _traverse(traverser: Any, node: Any, child_id: int = -1) -> Any:
    """Go through the tree of an update as moto's traverser does, which asks anew at each node what it processes."""
    if not _is_node(node.__class__):
        return node
    parent = node.parent
    for place, child in enumerate(node.children or ()):
        traverser.pre_processing_of_child(node, place)
        _traverse(traverser, child, place)
    if _is_processed(traverser.__class__, node.__class__):
        node = traverser.process(node)
        node.parent = parent
        if parent:
            parent.children[child_id] = node
    return node


def _copied(node: Any, memo: object, parent: Any = None) -> Any:
    """Return a copy of the tree of an update. Its leaves are texts and numbers."""
    copied = object.__new__(node.__class__)
    vars(copied).update(vars(node), parent=parent)
    if node.children is not None:
        copied.children = [_copied(it, memo, copied) if _is_node(it.__class__) else it for it in node.children]
    return copied


@cache
def _is_node(kind: type) -> bool:
    return issubclass(kind, Node)


@cache
def _is_processed(traverser: type[Any], kind: type) -> bool:
    return issubclass(kind, tuple(traverser._processing_map(traverser)))  # noqa: SLF001


def _cache(function: Callable[..., Any]) -> None:
    _replace(function, cache(function))


def _replace(function: Callable[..., Any], other: Callable[..., Any]) -> None:
    """Put the other in its place, also where it was imported by name."""
    for name, module in list(sys.modules.items()):
        if name.startswith("moto.") and vars(module).get(function.__name__) is function:
            setattr(module, function.__name__, other)
