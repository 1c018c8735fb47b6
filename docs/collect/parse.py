#!/usr/bin/env python3
"""Parses the PowerShell scripts beside it: pip install tree-sitter tree-sitter-powershell, then parse.py [FILE…]

Where PowerShell itself is at hand, its parser and PSScriptAnalyzer say more; this says whether a script can be read at all.
It ends with 1 where one cannot, and with 3 where the parser is not installed.
"""

import pathlib
import sys

try:
    import tree_sitter
    import tree_sitter_powershell
except ImportError:
    sys.exit(3)


def faults(node):
    if node.type == "ERROR" or node.is_missing:
        yield node.start_point
    elif node.has_error:
        for child in node.children:
            yield from faults(child)


def main():
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))
    paths = [pathlib.Path(name) for name in sys.argv[1:]] or sorted(pathlib.Path(__file__).parent.glob("*.ps1"))
    bad = 0
    for path in paths:
        found = list(faults(parser.parse(path.read_bytes()).root_node))
        for row, column in found:
            print(f"{path}:{row + 1}:{column + 1}: cannot be parsed", file=sys.stderr)
        bad += bool(found)
        print(f"{path.name}: {'parsed' if not found else 'not parsed'}")
    return 1 if bad or not paths else 0


sys.exit(main())
