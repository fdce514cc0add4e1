"""The group of all commands, which knows where a command stands that is written without its group."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup


class Commands(TyperGroup):
    """Commands and groups of them; `peacetalks base-rate` is answered with `peacetalks evidence base-rate`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command of some arguments; where there is none, the error names groups that have it."""
        try:
            return super().resolve_command(ctx, args)
        except Exception as error:
            message = getattr(error, "message", "")
            groups = {name: getattr(group, "commands", {}) for name, group in self.commands.items()}
            found = [f"`peacetalks {name} {args[0]}`" for name, inside in groups.items() if args and args[0] in inside]
            if message and found:
                error.message = f"{message.rstrip('.')}. Did you mean {' or '.join(found)}?"  # type: ignore[attr-defined]
            raise
