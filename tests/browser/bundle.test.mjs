// Copies made in the page: what is saved holds no secret, and is judged by the program as the files were.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { large } from "./captures.mjs";
import { PROGRAM, broken, judged, opened, run, saved, start, stop, unpacked } from "./page.mjs";

const scratch = mkdtempSync(join(tmpdir(), "diag-bundle-"));
const PASSWORD = "Fjord-Kettle-9931!";
const COOKIE = "q7Zr0LxW3vTn8sKd2mHb6yPc";
const TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJrYXJpbiJ9.c2lnbmF0dXJlLW9mLWEtdG9rZW4";
const PERSON = "karin.solheim@fabrikam.example";

before(start);
after(async () => {
  await stop();
  rmSync(scratch, { recursive: true, force: true });
});

/** The example with secrets planted in it: typed, sent, issued, and issued once more in another encoding. */
function planted() {
  return broken().map((path) => {
    if (!path.endsWith("capture.har")) return path;
    const har = JSON.parse(readFileSync(path));
    const [first] = har.log.entries;
    const typed = `login=${encodeURIComponent(PERSON)}&passwd=${encodeURIComponent(PASSWORD)}`;
    har.log.entries.unshift({
      ...first,
      request: {
        ...first.request, method: "POST", url: "https://login.solheim-yard.net/login",
        headers: [{ name: "Cookie", value: `session=${COOKIE}` }, { name: "Authorization", value: `Bearer ${TOKEN}` }],
        postData: { mimeType: "application/x-www-form-urlencoded", text: typed, params: [] },
      },
      response: {
        ...first.response, status: 200,
        headers: [{ name: "Set-Cookie", value: `session=${COOKIE}; Secure; HttpOnly` }],
        content: { size: 1, mimeType: "application/json", text: JSON.stringify({ access_token: TOKEN, kept: Buffer.from(`{"access_token":"${TOKEN}"}`).toString("base64") }) },
        redirectURL: "",
      },
    });
    const copy = join(scratch, "capture.har");
    writeFileSync(copy, JSON.stringify(har));
    return copy;
  });
}

const report = async (paths) => JSON.parse((await run(PROGRAM, ["check", "--format", "json", "--fail-on", "never", ...paths], { maxBuffer: 1 << 28 })).stdout);
const verdictOf = ({ verdict, root_causes, findings }) => ({
  verdict,
  roots: root_causes.map((id) => findings.find((finding) => finding.id === id).check),
  findings: findings.map((finding) => `${finding.check} ${finding.severity} ${finding.certain}`).sort(),
});

async function bundled(page, options = []) {
  await page.click("#share");
  for (const option of options) await page.check(option);
  const { name, bytes } = await saved(page, "#share-now");
  return { name, bytes, files: unpacked(bytes) };
}

test("the bundle holds no secret, and is judged as the files are", async () => {
  const { page, wrong, close } = await opened();
  const paths = planted();
  await judged(page, paths);
  const { name, bytes, files } = await bundled(page);
  assert.equal(name, "diag-redacted.zip");
  const names = [...paths.map((path) => path.split("/").pop()), "receipt.txt", "receipt.json", "report.html", "report.json"];
  assert.deepEqual(Object.keys(files).sort(), names.sort());
  const forms = (secret) => [secret, encodeURIComponent(secret), ...[0, 1, 2].map((shift) => Buffer.from("x".repeat(shift) + secret).toString("base64").slice(shift ? 4 : 0, -4))];
  for (const secret of [PASSWORD, COOKIE, TOKEN]) {
    for (const form of forms(secret)) {
      for (const [file, text] of Object.entries(files)) assert.ok(!text.includes(form), `${form.slice(0, 6)}… is left in ${file}`);
    }
  }
  assert.ok(files["capture.har"].includes(encodeURIComponent(PERSON)) || files["capture.har"].includes(PERSON), "names stay unless they are to go");
  const zip = join(scratch, "saved.zip");
  writeFileSync(zip, bytes);
  const [was, is] = [await report(paths), await report([zip])];
  assert.deepEqual(verdictOf(is), verdictOf(was));
  assert.equal(was.verdict, "broken");
  // The receipt is shown as it is saved.
  assert.equal(await page.textContent("#receipt"), files["receipt.txt"]);
  assert.equal(JSON.parse(files["receipt.json"]).schema, "diag-receipt/1");
  assert.equal(JSON.parse(files["report.json"]).verdict, "broken");
  for (const [file, text] of Object.entries(files)) {
    if (!names.slice(-4).includes(file)) writeFileSync(join(scratch, `copy-of-${file}`), text);
  }
  const left = await run(PROGRAM, ["redact", "--check", join(scratch, "copy-of-capture.har")]);
  assert.match(left.stdout, /nothing known as secret is left/);
  assert.deepEqual(wrong, []);
  await close();
});

test("names of people and hosts go where that is asked", async () => {
  const { page, close } = await opened();
  const paths = planted();
  await judged(page, paths);
  const { bytes, files } = await bundled(page, ["#identities", "#hosts"]);
  for (const gone of [PERSON, encodeURIComponent(PERSON), "karin", "login.solheim-yard.net"]) {
    assert.ok(!files["capture.har"].includes(gone), gone);
  }
  const zip = join(scratch, "nameless.zip");
  writeFileSync(zip, bytes);
  assert.deepEqual(verdictOf(await report([zip])), verdictOf(await report(paths)));
  await close();
});

test("making copies is stopped by a key, and the report stands", async () => {
  const { page, wrong, close } = await opened();
  const path = join(scratch, "large.har");
  writeFileSync(path, large(20_000_000));
  await judged(page, [path]);
  let downloads = 0;
  page.on("download", () => { downloads += 1; });
  await page.focus("#share");
  await page.keyboard.press("Enter");
  await page.focus("#share-now");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#sharing-work:not([hidden])");
  assert.equal(await page.evaluate(() => document.activeElement.id), "share-close");
  await page.keyboard.press("Escape");
  assert.ok(!(await page.isVisible("#sharing")));
  assert.equal(await page.textContent("#status"), "Stopped");
  assert.ok(await page.isVisible("#result"));
  // What is asked afterwards is answered.
  await judged(page, broken());
  assert.match(await page.textContent("#verdict"), /^Broken: /);
  assert.equal(downloads, 0);
  assert.deepEqual(wrong, []);
  await close();
});

test("a bundle is made of the files in an archive, too", async () => {
  const { page, close, wrong } = await opened();
  await judged(page, broken());
  const first = await bundled(page);
  const zip = join(scratch, "case.zip");
  writeFileSync(zip, first.bytes);
  await page.keyboard.press("Escape");
  await judged(page, [zip]);
  assert.ok(await page.isVisible("#result"), await page.textContent("#problem"));
  const { files } = await bundled(page);
  for (const name of ["capture.har", "idp-metadata.xml"]) {
    assert.equal(files[name], first.files[name], name);
  }
  assert.deepEqual(wrong, []);
  await close();
});

test("what cannot be copied is said where it was asked for", async () => {
  const { page, close } = await opened();
  // Judged, and gone before copies are made.
  const gone = join(scratch, "gone.har");
  writeFileSync(gone, readFileSync(broken().find((path) => path.endsWith("capture.har"))));
  await judged(page, [gone]);
  assert.ok(await page.isVisible("#result"), await page.textContent("#problem"));
  rmSync(gone);
  await page.click("#share");
  await page.click("#share-now");
  await page.waitForSelector("#sharing-problem:not([hidden])");
  assert.match(await page.textContent("#sharing-problem"), /gone\.har/);
  assert.equal(await page.textContent("#status"), "No bundle was made");
  await close();
});
