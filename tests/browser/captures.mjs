// Captures made for tests: one that tries to get out, one that is large.

const entry = (url, { mime = "text/html", text = "", method = "GET", status = 200, headers = [], startedDateTime = "2026-11-24T10:00:00.000Z", postData } = {}) => ({
  startedDateTime, time: 20,
  request: { method, url, httpVersion: "HTTP/1.1", headers: [], queryString: [], cookies: [], headersSize: -1, bodySize: -1, ...(postData ? { postData } : {}) },
  response: { status, statusText: "", httpVersion: "HTTP/1.1", headers, cookies: [], content: { size: text.length, mimeType: mime, text }, redirectURL: "", headersSize: -1, bodySize: -1 },
  cache: {}, timings: { send: 1, wait: 18, receive: 1 },
});

const har = (entries) => JSON.stringify({ log: { version: "1.2", creator: { name: "diag <script>owned=1</script>", version: "1" }, entries } });

/** A refused sign-in whose every text tries to become markup, run, or fetch from `origin`. */
export function hostile(origin) {
  const bait = [
    `<script>window.top.owned=1;fetch("${origin}/script")</script>`,
    `<img src="${origin}/image" onerror="alert(1)">`,
    `"><svg onload="alert(2)"><style>*{background:url(${origin}/style)}</style>`,
    `<iframe src="${origin}/frame"></iframe><link rel="stylesheet" href="${origin}/link">`,
    `<meta http-equiv="refresh" content="0;url=${origin}/refresh">`,
    `</textarea></title></script><base href="${origin}/"><form action="${origin}/form">`,
  ].join("");
  const escaped = bait.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
  const issued = "2026-11-24T10:00:00Z";
  const response = `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_1" Version="2.0" IssueInstant="${issued}" Destination="https://sp.example/acs?${escaped}"><saml:Issuer>${escaped}</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"/><samlp:StatusMessage>${escaped}</samlp:StatusMessage></samlp:Status></samlp:Response>`;
  const encoded = Buffer.from(response).toString("base64");
  const body = `SAMLResponse=${encodeURIComponent(encoded)}&RelayState=${encodeURIComponent(bait)}`;
  const refused = `<html><head><title>${bait}</title></head><body><h1>Sign-in failed ${bait}</h1><p role="alert">Error: the response was refused. ${escaped}</p>${bait}</body></html>`;
  return har([
    entry(`https://sp.example/?${encodeURIComponent(bait)}`, { text: refused }),
    entry("https://sp.example/acs", {
      method: "POST", status: 400, text: refused, startedDateTime: "2026-11-24T10:00:02.000Z",
      postData: { mimeType: "application/x-www-form-urlencoded", text: body, params: [{ name: "SAMLResponse", value: encoded }, { name: "RelayState", value: bait }] },
    }),
  ]);
}

/** A capture of about so many bytes: scripts of an application, and a refused sign-in at its end. */
export function large(bytes) {
  const script = "function f(a,b){return a+b;}\n".repeat(7000);
  const entries = [];
  for (let number = 0; number * script.length * 1.05 < bytes; number += 1) {
    entries.push(entry(`https://app.example/chunk-${number}.js`, { mime: "application/javascript", text: script }));
  }
  const refused = JSON.parse(hostile("https://nowhere.invalid")).log.entries;
  return har([...entries, ...refused]);
}
