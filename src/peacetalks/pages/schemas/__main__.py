"""Write every schema of the commands anew: `python -m peacetalks.pages.schemas`."""

from pathlib import Path

from peacetalks.pages import schemas

if __name__ == "__main__":
    for command in schemas.ROOTS:
        Path(__file__).with_name(f"{command}.schema.json").write_text(schemas.text(command), encoding="utf-8")
