#!/usr/bin/env python3
"""Makes the seeds of all targets from what lies in this repository: fixtures, examples, and the blocks in docs/.

Usage: fuzz/seeds.py [FOLDER]     FOLDER: fuzz/corpus, where cargo-fuzz looks for them
"""

import base64
import gzip
import hashlib
import io
import json
import re
import sys
import tarfile
import zipfile
import zlib
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
# Longer ones are tried too seldom to be worth it.
LONGEST = 60_000
BETWEEN = b"\n=====\n"
BLOCK = re.compile(r"^```(?P<kind>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def files(pattern):
    return [path.read_bytes() for path in sorted(ROOT.glob(pattern)) if path.is_file()]


def blocks():
    """Code blocks of the documentation, as (kind, text)."""
    for page in sorted((ROOT / "docs").rglob("*.md")):
        for found in BLOCK.finditer(page.read_text(encoding="utf-8")):
            yield found["kind"].split(" ")[0], found["text"].encode()


def deflated(data):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def tarred(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def session(exchange):
    """An archive as Fiddler saves it, of one exchange."""
    return zipped([("raw/1_c.txt", exchange[0]), ("raw/1_s.txt", exchange[1]), ("raw/1_m.xml", b"<Session/>")])


def traced(har):
    """The same exchanges as SAML-tracer exports them."""
    requests = []
    for entry in json.loads(har)["log"]["entries"]:
        asked, answer = entry["request"], entry["response"]
        post = asked.get("postData", {}).get("params", [])
        requests.append(
            {
                "method": asked["method"],
                "url": asked["url"],
                "requestHeaders": asked["headers"],
                "responseHeaders": answer["headers"],
                "responseStatus": answer["status"],
                "post": [[field["name"], field["value"]] for field in post],
            }
        )
    return json.dumps({"requests": requests, "timestamp": "2026-11-24T10:00:10.000Z"}).encode()


def seeds():
    by_kind = {}
    for kind, text in blocks():
        by_kind.setdefault(kind, []).append(text)
    captures = files("examples/*/capture.har") + files("tests/**/*.har")
    exports = files("examples/*/*.json") + files("tests/cases/base/*.json")
    metadata = [text for text in files("examples/*/*.xml") + files("tests/cases/base/*.xml") + by_kind.get("xml", [])]
    messages = files("tests/fixtures/signed/*.xml") + files("tests/fixtures/encrypted/*.xml") + files("tests/fixtures/ws-federation/*")
    messages += by_kind.get("xml", [])
    keys = files("tests/fixtures/keys/*.crt") + files("tests/fixtures/keys/*.key")
    sketches = [text for text in by_kind.get("sketch", []) + by_kind.get("text", []) if text.startswith(b"diag-sketch/")]
    sketches += files("tests/healthy-ways/*.sketch")
    quoted = re.compile(r'text: ("(?:[^"\\]|\\.)*")')
    logs = [
        json.loads(found[1].replace("\\'", "'"), strict=False).encode()
        for found in quoted.finditer((ROOT / "tests/suite/server_logs.rs").read_text(encoding="utf-8"))
    ]
    products = files("plugins/products/data/*.toml")
    packs = files("tests/packs/*.toml") + files("plugins/host/src/pack/*.toml") + by_kind.get("toml", [])
    pages = files("tests/healthy/*.html")
    addresses = [entry["request"]["url"].encode() for har in captures for entry in json.loads(har)["log"]["entries"]]
    bare = [base64.b64encode(message) for message in messages]
    redirected = [quote(base64.b64encode(deflated(message))).encode() for message in messages]
    members = [("login.har", captures[0]), ("idp.xml", metadata[0]), ("application.json", exports[0])]
    archives = [zipped(members), tarred(members), gzip.compress(captures[0]), zipped([("inner.zip", zipped(members))])]
    archives.append(session((b"GET https://sp.example/ HTTP/1.1\r\nHost: sp.example\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>")))
    cases = []
    for folder in sorted((ROOT / "examples").iterdir()):
        given = [path.read_bytes() for path in sorted(folder.glob("*")) if path.suffix in (".har", ".xml", ".json")]
        if given:
            cases.append(BETWEEN.join(given))
    small = sketches + pages[::4] + logs + exports[:4] + metadata[:4] + messages[::8]
    cases += small + [BETWEEN.join([sketch, log]) for sketch, log in zip(sketches, logs)]
    facts = by_kind.get("json", [])
    return {
        "har": captures + [json.dumps(entry).encode() for har in captures for entry in json.loads(har)["log"]["entries"]],
        "saml_tracer": [traced(har) for har in captures],
        "splitting": [bytes(range(256)), b"\x00\x07abc\xffdef", b"\x01\x03" + bytes(range(40)), b"\x02\x05\xff\xff"],
        "message": bare + redirected + messages[::8] + addresses,
        "xml": messages,
        "metadata": metadata + [base64.b64encode(text) for text in metadata[:4]],
        "certificate": keys + [base64.b64decode(b"".join(key.splitlines()[1:-1])) for key in keys if key.startswith(b"-----BEGIN CERT")],
        "snapshot": exports + facts,
        "log": logs + pages[::4],
        "archive": archives,
        "sketch": sketches,
        "page": pages,
        "check": cases,
        "product": products,
        "pack": packs + by_kind.get("cel", []),
        "redact": [bytes([options % 8]) + case for options, case in enumerate(captures + sketches[::3] + exports[:4] + metadata[:4] + messages[::8])],
        "shown": addresses + logs,
    }


def main(folder):
    for target, made in seeds().items():
        into = folder / target
        into.mkdir(parents=True, exist_ok=True)
        kept = [seed for seed in made if 0 < len(seed) <= LONGEST]
        for seed in kept:
            (into / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
        print(f"{target}: {len(kept)} seeds, {sum(map(len, kept))} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "fuzz" / "corpus")
