"""Text of a YAML file -> its content, and the node tree that knows the lines; by libyaml in C.

Every YAML file of the package is read here. libyaml composes a plan some ten times faster than
PyYAML's own parser and leaves it the same tree.
"""

from __future__ import annotations

from typing import Any

import yaml
from yaml.constructor import SafeConstructor

_STRING = "tag:yaml.org,2002:str"
# PyYAML is built without libyaml on some platforms; its own parser gives the same, slowly.
FAST_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Constructor(SafeConstructor):
    """PyYAML's constructor; what nearly every node is, a string or a mapping of them, is made
    directly. A mapping with a merge (<<) or a key that is no scalar takes PyYAML's way.
    """

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        if node.tag == _STRING and isinstance(node, yaml.ScalarNode):
            return node.value
        return super().construct_object(node, deep=deep)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        if any(key.tag != _STRING for key, _ in node.value):
            return super().construct_mapping(node, deep=deep)
        return {key.value: self.construct_object(value, deep=deep) for key, value in node.value}


def compose(text: str, loader: Any = FAST_LOADER) -> yaml.Node | None:
    """The node tree of a text; None where it is empty.

    Raises:
        yaml.YAMLError: in PyYAML's words, whichever loader read the text: libyaml words some
        faults differently and places some elsewhere. It also takes a tab after a colon, as YAML
        does and PyYAML's parser does not.
    """
    try:
        return yaml.compose(text, Loader=loader)
    except yaml.YAMLError:
        return yaml.compose(text, Loader=yaml.SafeLoader)


def construct(node: yaml.Node | None) -> Any:
    """The content of a node tree; merges (<<) are resolved in the tree itself.

    Raises:
        yaml.YAMLError: a value that is not what its tag says, a key that is a list.
    """
    return None if node is None else _Constructor().construct_document(node)


def parse_yaml(text: str) -> Any:
    """Content of a text that comes with the package, where lines are of no interest."""
    return construct(compose(text))
