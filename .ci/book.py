"""A preprocessor of mdbook: links of docs/ that hold in the repository hold in the book too.

What lies outside docs/ is not in the book: such a link goes to the repository where `git-repository-url` in book.toml names
one, and is only its text elsewhere. A folder's README.md is its index.html.
https://rust-lang.github.io/mdBook/for_developers/preprocessors.html
"""

import json
import posixpath
import re
import sys

LINK = re.compile(r"\[(?P<text>[^\]\[]*)\]\((?P<to>[^)\s#:]+)(?P<place>#[^)\s]*)?\)")
FENCE = re.compile(r"^\s*(```|~~~)")


def mend(text, path, repository):
    """The text of the page at `path` (from docs/), with its links as the book needs them."""

    def link(found):
        to = posixpath.normpath(posixpath.join("docs", posixpath.dirname(path), found["to"]))
        if not to.startswith("docs/"):
            return f"[{found['text']}]({repository}/blob/HEAD/{to})" if repository else found["text"]
        if posixpath.basename(to) == "README.md":
            return f"[{found['text']}]({found['to'][: -len('README.md')]}index.html{found['place'] or ''})"
        return found[0]

    lines, fenced = [], False
    for line in text.split("\n"):
        if FENCE.match(line):
            fenced = not fenced
        lines.append(line if fenced else LINK.sub(link, line))
    return "\n".join(lines)


def walk(items, repository):
    for item in items:
        chapter = item.get("Chapter") if isinstance(item, dict) else None
        if chapter:
            chapter["content"] = mend(chapter["content"], chapter["source_path"] or "", repository)
            walk(chapter["sub_items"], repository)


def main():
    if sys.argv[1:2] == ["supports"]:
        return 0
    context, book = json.load(sys.stdin)
    repository = context["config"].get("output", {}).get("html", {}).get("git-repository-url", "").rstrip("/")
    walk(book.get("items") or book["sections"], repository)
    json.dump(book, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
