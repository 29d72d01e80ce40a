"""The commands of `stadspuls`, one module each, with a `register` that adds it to the parser."""

import argparse
from typing import TypeAlias

# argparse gives the type of its sub-commands no public name.
Parsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001
