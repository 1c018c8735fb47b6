"""Follows every link of a built book to a file and, where it names one, to a place in it.

Usage: links.py FOLDER. What lies on other hosts is not asked. Prints each broken link and ends with 1 if there is one.
"""

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    """The links of a page and the places in it that can be named."""

    def __init__(self, text):
        super().__init__()
        self.links, self.places = set(), {"", "top"}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in ("href", "src") and value and tag != "base":
                self.links.add(value)
            elif name in ("id", "name") and value:
                self.places.add(value)


def main(folder):
    root = Path(folder).resolve()
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in root.rglob("*.html")}
    broken, followed = [], 0
    for path, page in pages.items():
        # Both are made by mdbook: one is served from anywhere, the other holds all pages, whose links start elsewhere.
        if path.name in ("404.html", "print.html", "toc.html"):
            continue
        for link in page.links:
            to = urlsplit(link)
            if to.scheme or to.netloc:
                continue
            followed += 1
            target = (path.parent / unquote(to.path)).resolve() if to.path else path
            if target.is_dir():
                target = target / "index.html"
            if root not in target.parents or not target.is_file():
                broken.append(f"{path.relative_to(root)}: {link}: there is no such file")
            elif target in pages and unquote(to.fragment) not in pages[target].places:
                broken.append(f"{path.relative_to(root)}: {link}: there is no such place in it")
    print("\n".join(sorted(broken)) or f"{followed} links of {len(pages)} pages lead somewhere")
    return 1 if broken or not followed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
