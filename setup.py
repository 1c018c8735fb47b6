"""For pre-commit alone: brings the wheel of the version that this checkout is.

The wheel itself is built from cli/pyproject.toml. Were that file here, pre-commit would compile Rust on every machine.
"""

import pathlib
import re

from setuptools import setup

manifest = pathlib.Path(__file__).with_name("Cargo.toml").read_text(encoding="utf-8")
version = re.search(r'^version = "([^"]+)"$', manifest, re.MULTILINE).group(1)

setup(
    name="diag-pre-commit",
    version=version.replace("-", ""),
    description="Brings diag to pre-commit",
    packages=[],
    py_modules=[],
    install_requires=[f"diag-cli=={version.replace('-', '')}"],
)
