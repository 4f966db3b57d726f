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
_Libyaml: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class FastLoader(_Libyaml):
    """libyaml's loader; the tag of a plain scalar is looked up once for each text of it."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._tags: dict[str, str] = {}

    def resolve(self, kind: type[yaml.Node], value: str, implicit: Any) -> str:
        """The tag of a scalar, as PyYAML's resolver gives it: most texts here are keys."""
        if kind is not yaml.ScalarNode or not implicit[0]:
            return super().resolve(kind, value, implicit)
        tag = self._tags.get(value)
        if tag is None:
            tag = self._tags[value] = super().resolve(kind, value, implicit)
        return tag


class _Constructor(SafeConstructor):
    """PyYAML's constructor; a plain string, six of seven values here, is taken as it stands."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        if isinstance(node, yaml.ScalarNode) and node.tag == _STRING:
            return node.value
        return super().construct_object(node, deep=deep)


def compose(text: str, loader: Any = FastLoader) -> yaml.Node | None:
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
