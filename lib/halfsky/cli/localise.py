"""Make the command line use the user's language, typer's own words included.

typer marks some of its words for gettext and hard-codes the rest; the first kind is translated
by a gettext catalogue, the second by the small overrides here.
"""

from __future__ import annotations

import gettext
import re
import sys
from typing import Any

from halfsky.plan.errors import language, tr

_CHINESE = {
    "(deprecated) ": "（已弃用）",
    "(dynamic)": "（动态）",
    "Aborted!": "已中止！",
    "Aborted.": "已中止。",
    "Arguments": "参数",
    "Commands": "命令",
    "Error": "错误",
    "Missing command.": "缺少命令。",
    "No such command {name!r}.": "没有命令 {name!r}。",
    "Options": "选项",
    "Try [blue]'{command_path} {help_option}'[/] for help.": (
        "用法见 [blue]{command_path} {help_option}[/]。"
    ),
    "[default: {}]": "[默认：{}]",
    "[env var: {}]": "[环境变量：{}]",
    "[required]": "[必填]",
    "default: {default}": "默认：{default}",
    "env var: {var}": "环境变量：{var}",
    "required": "必填",
}


def translate_typer() -> None:
    """Answer typer's gettext calls in Chinese; call before typer is imported."""
    if language() == "zh" and "typer" not in sys.modules:
        untranslated = gettext.gettext
        gettext.gettext = lambda message: _CHINESE.get(message, untranslated(message))


def make_stdio_safe() -> None:
    """Keep printing on a console that cannot show every character (a GBK one, say)."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def command_classes() -> tuple[type, type]:
    """typer's group and command with a usage line and --help in the user's language."""
    from typer.core import TyperCommand, TyperGroup

    def format_usage(self: Any, ctx: Any, formatter: Any) -> None:
        pieces = [_PIECES.get(p, p) for p in self.collect_usage_pieces(ctx)]
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=tr("用法：", "Usage: "))

    def get_help_option(self: Any, ctx: Any) -> Any:
        option = super(type(self), self).get_help_option(ctx)
        if option is not None:
            option.help = tr("显示本说明。", "Show this message and exit.")
        return option

    body = {"format_usage": format_usage, "get_help_option": get_help_option}
    return type("Group", (TyperGroup,), dict(body)), type("Command", (TyperCommand,), dict(body))


_PIECES = (
    {"[OPTIONS]": "[选项]", "COMMAND [ARGS]...": "命令 [参数]...", "COMMAND": "命令"}
    if language() == "zh"
    else {}
)


_VALUES = (
    (re.compile("valid integer"), "应为整数"),
    (re.compile("valid number|valid float"), "应为数字"),
    (re.compile(r"greater than or equal to (\S+)"), r"不能小于 \1"),
    (re.compile(r"(?:is not|not in the range) .*?(\d+)<=x|x>=(\d+)"), r"不能小于 \1\2"),
    (re.compile(r"is not one of (.+)\."), r"只能是 \1"),
    (re.compile("does not exist"), "文件不存在"),
)


def _plain(message: str) -> str:
    """pydantic's and click's word on a value, in Chinese where it is one we know."""
    for pattern, chinese in _VALUES:
        found = pattern.search(message)
        if found:
            return _filled(chinese, found)
    return message


def _filled(chinese: str, found: re.Match[str]) -> str:
    return re.sub(r"\\(\d)", lambda m: found.group(int(m.group(1))) or "", chinese)


def usage_problem(error: Any) -> str:
    """A usage error of the command line, in the user's language."""
    kind = type(error).__name__
    if language() == "en":
        return str(error.format_message())
    name = getattr(error, "option_name", "") or ""
    hint = ""
    if getattr(error, "param", None) is not None:
        hint = str(error.param.get_error_hint() if not error.param_hint else error.param_hint)
    if kind == "NoSuchOption":
        near = "、".join(sorted(error.possibilities or []))
        return f"没有选项 {name}。" + (f"是否要写 {near}？" if near else "")
    if kind == "MissingParameter":
        return f"缺少参数 {hint}。"
    if kind == "BadParameter":
        return f"参数 {hint} 的值不对：{_plain(error.message)}"
    if kind == "BadOptionUsage":
        return f"选项 {name} 后面要有值。"
    return str(error.format_message())
