"""Compile the numerical core when the package is built: with the system's C compiler, else with pip's ziglang."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent / "src"))

from peacetalks.equilibrium.kernels import shared_library  # needs nothing but the standard library


class CoreHook(BuildHookInterface):
    """Adds the compiled core to a wheel; in an editable installation it stands beside its sources."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Return what the build needs beside hatchling: a compiler, where there is none that works."""
        return [] if any(map(shared_library.works, shared_library.compilers())) else ["ziglang>=0.13"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the core; a wheel holds it and is of this platform, whatever processor and version of Python."""
        path = shared_library.load(portable=version != "editable").path
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{shared_library.PLATFORM.replace('-', '_').replace('.', '_')}"
        if version != "editable":
            inside = shared_library.SOURCES.relative_to(Path(self.root) / "src") / path.name
            build_data["force_include"][str(path)] = str(inside)
