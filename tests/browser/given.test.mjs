// What people hand to the page: pasted messages, names that want to be more than names, and something newer before the old is read.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { PROGRAM, broken, judged, opened, run, saved, settled, start, stop, unpacked } from "./page.mjs";

const AT = "2026-11-24T10:00:00Z";
const scratch = mkdtempSync(join(tmpdir(), "diag-given-"));
const capture = broken().find((path) => path.endsWith("capture.har"));

before(start);
after(async () => {
  await stop();
  rmSync(scratch, { recursive: true, force: true });
});

const REQUEST = `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_1" Version="2.0" IssueInstant="${AT}" Destination="https://idp.example/sso" AssertionConsumerServiceURL="https://sp.example/acs"><saml:Issuer>https://sp.example/</saml:Issuer></samlp:AuthnRequest>`;
const RESPONSE = `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_2" Version="2.0" IssueInstant="${AT}" Destination="https://sp.example/acs"><saml:Issuer>https://idp.example/</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"/><samlp:StatusMessage>AADSTS75011: no</samlp:StatusMessage></samlp:Status></samlp:Response>`;
const deflated = encodeURIComponent(deflateRawSync(REQUEST).toString("base64"));
const PASTED = {
  "a bare blob": Buffer.from(RESPONSE).toString("base64"),
  "a form": `SAMLResponse=${encodeURIComponent(Buffer.from(RESPONSE).toString("base64"))}&RelayState=x`,
  "an address": `https://idp.example/sso?SAMLRequest=${deflated}`,
  "XML": RESPONSE,
  "an error text": "AADSTS50011: The redirect URI 'https://sp.example/acs' specified in the request does not match",
};

/** Gives a file of any name, as no disk could hold it. */
async function given(page, name, path) {
  await page.evaluate(() => { document.getElementById("effort").textContent = ""; document.getElementById("problem").textContent = ""; });
  await page.evaluate(([name, text]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], name));
    const input = document.getElementById("files");
    input.files = transfer.files;
    input.dispatchEvent(new Event("change"));
  }, [name, readFileSync(path, "utf8")]);
}

for (const [what, text] of Object.entries(PASTED)) {
  test(`${what} is pasted, and read as the program reads it from a file`, async () => {
    const { page, wrong, close } = await opened();
    await page.evaluate((at) => { document.getElementById("at").value = at; }, AT);
    await page.focus("#pasted");
    await page.keyboard.insertText(text);
    await page.click("#read-pasted");
    await settled(page);
    const folder = mkdtempSync(join(scratch, "pasted-"));
    writeFileSync(join(folder, "pasted"), text);
    const told = await run(PROGRAM, ["check", "--format", "json", "--fail-on", "never", "--at", AT, "pasted"], { cwd: folder }).catch((error) => error);
    assert.ok(told.stdout, told.stderr);
    assert.ok(await page.isVisible("#result"), await page.textContent("#problem"));
    assert.equal((await saved(page, "#save-json")).bytes.toString(), told.stdout);
    assert.deepEqual(wrong, []);
    await close();
  });
}

const TURNED = "report\u202Erah.exe\u2066.har";
const NAMES = ["<img src=x onerror=alert(1)>.har", "\"><script>alert(2)</script>.har", "../../../etc/cron.d/own.har", "..\\..\\own.har", `${"long".repeat(1000)}.har`, TURNED, "con.har", "\u0000\u001b[31m.har"];

for (const name of NAMES) {
  test(`a file named ${JSON.stringify(name.slice(0, 40))} is a file with a name`, async () => {
    const { page, wrong, close } = await opened(undefined, { viewport: { width: 360, height: 800 } });
    await given(page, name, capture);
    await settled(page);
    assert.ok(await page.isVisible("#result"), await page.textContent("#problem"));
    const seen = await page.evaluate(() => {
      const report = document.getElementById("report").contentDocument;
      const texts = [document.body.innerText, report.body.textContent, ...[...document.querySelectorAll("option")].map((option) => option.textContent)];
      return {
        foreign: [document, report].flatMap((one) => [...one.querySelectorAll("img, script:not([id]):not(:last-of-type), [onerror]")].map((node) => node.outerHTML.slice(0, 80))),
        // Text that turns the line around, or cannot be seen, would show another name than the file has.
        raw: texts.some((text) => /[\u202a-\u202e\u2066-\u2069\u0000\u001b]/.test(text)),
        wide: document.documentElement.scrollWidth > document.documentElement.clientWidth || report.documentElement.scrollWidth > report.documentElement.clientWidth,
      };
    });
    assert.deepEqual(seen, { foreign: [], raw: false, wide: false });
    assert.equal((await saved(page, "#save-report")).name, "diag-report.html");
    assert.equal((await saved(page, "#save-json")).name, "diag-report.json");
    await page.click("#share");
    const { name: archive, bytes } = await saved(page, "#share-now");
    assert.equal(archive, "diag-redacted.zip");
    for (const inside of Object.keys(unpacked(bytes))) assert.ok(!/^\/|\.\.|\\|[\u0000-\u001f]/.test(inside) && inside.length < 256, JSON.stringify(inside.slice(0, 80)));
    assert.deepEqual(wrong, []);
    await close();
  });
}

/** Drops what lies at a path, as a hand does. */
async function drop(page, paths) {
  const devtools = await page.context().newCDPSession(page);
  for (const type of ["dragEnter", "dragOver", "drop"]) {
    await devtools.send("Input.dispatchDragEvent", { type, x: 200, y: 200, data: { items: [], files: paths, dragOperationsMask: 1 } });
  }
}

/** The first thing dropped from now on is handed out late, as a large folder on a share is. */
const slowly = (page, wait) => page.evaluate((wait) => {
  const real = DataTransferItem.prototype.getAsFileSystemHandle;
  let first = true;
  DataTransferItem.prototype.getAsFileSystemHandle = function handle() {
    const known = real.call(this);
    if (!first) return known;
    first = false;
    return known.then((found) => new Promise((done) => { setTimeout(() => done(found), wait); }));
  };
}, wait);

test("what is dropped first and found late never takes the place of what came after it", async () => {
  const { page, wrong, close } = await opened();
  const late = join(scratch, "late");
  mkdirSync(late);
  writeFileSync(join(late, "late.har"), readFileSync(capture));
  await slowly(page, 1500);
  await drop(page, [late]);
  await page.waitForSelector("#working:not([hidden])");
  await drop(page, [capture]);
  await settled(page);
  const shown = await page.textContent("#verdict");
  await page.waitForTimeout(2500);
  assert.equal(await page.textContent("#verdict"), shown);
  const { inputs } = JSON.parse((await saved(page, "#save-json")).bytes);
  assert.deepEqual(inputs.map((input) => input.path), ["capture.har"]);
  assert.deepEqual(wrong, []);
  await close();
});

test("looking at what was dropped is stopped like everything else", async () => {
  const { page, wrong, close } = await opened();
  await slowly(page, 1000);
  await drop(page, [capture]);
  await page.waitForSelector("#working:not([hidden])");
  await page.click("#stop");
  assert.ok(await page.isVisible("#start"));
  await page.waitForTimeout(1800);
  assert.ok(await page.isVisible("#start"));
  assert.ok(!(await page.isVisible("#result")));
  await judged(page, broken());
  assert.match(await page.textContent("#verdict"), /^Broken: /);
  assert.deepEqual(wrong, []);
  await close();
});
