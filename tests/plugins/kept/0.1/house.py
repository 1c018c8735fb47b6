#!/usr/bin/env python3
"""Checks of house for diag: reads one line of JSON for each question, prints one for each answer."""

import json
import sys

METADATA = """\
<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sense.example">
  <SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <AssertionConsumerService index="0" Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="%s"/>
  </SPSSODescriptor>
</EntityDescriptor>
"""

DOCS = f"""\
The metadata names a consumer service URL that begins with `http://`.

Browsers warn when a page of the identity provider, which is always served with TLS, posts a form to an
address without it, and everybody on the way can read the assertion.

## Fails

```xml sp-metadata
{METADATA % "http://sense.example/saml"}```

## Passes

```xml sp-metadata
{METADATA % "https://sense.example/saml"}```
"""


def acs_without_tls(case):
    """Yields a finding for each consumer service URL without TLS."""
    for metadata in case["metadata"]:
        if metadata["held_by"] != "publisher" or not metadata["sp"]:
            continue
        for endpoint in metadata["sp"]["acs"]:
            location = endpoint["location"]
            if location["value"].startswith("http://"):
                right = location["value"].replace("http://", "https://", 1)
                yield {
                    "severity": "warning",
                    "certain": True,
                    "message": "Responses are to be sent to an address without TLS",
                    "where": [location["place"]],
                    "expected": right,
                    "expected_origin": "house rule of house",
                    "actual": location["value"],
                    "actual_origin": metadata["origin"],
                    "difference": "scheme",
                    "causes": [
                        {
                            "text": "The service provider builds its addresses from a host URI that begins with http://",
                            "who": "sp",
                            "where": "the service provider's host URI",
                            "fix": "Enter the host URI with https:// and publish the metadata again",
                            "value": right,
                        }
                    ],
                }


CHECKS = {"house/acs-without-tls": acs_without_tls}

MANIFEST = {
    "schema": "diag-plugin/1",
    "name": "house",
    "version": "0.1.0",
    "about": "House rules of house",
    "checks": [
        {
            "id": "house/acs-without-tls",
            "title": "A consumer service URL has no TLS",
            "levels": ["warning"],
            "stage": "configuration",
            "needs": ["sp-metadata"],
            "docs": DOCS,
        }
    ],
}


def answer(ask):
    """The answer to one question."""
    if ask["frame"] == "describe":
        return {"frame": "manifest", "manifest": MANIFEST}
    if ask["frame"] == "run":
        request = ask["request"]
        checks = [{"id": name, "findings": list(CHECKS[name](request["case"]))} for name in request["checks"]]
        return {"frame": "answer", "answer": {"checks": checks}}
    return {"frame": "error", "message": "this plugin does not know what it was asked"}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
