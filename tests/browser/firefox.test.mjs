// The page in Firefox. Where there is none the test says so.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { counting } from "./browser.mjs";
import { hostile } from "./captures.mjs";
import { firefoxPath, launchFirefox, tab } from "./firefox.mjs";
import { PAGE, PROGRAM, broken, run, unpacked } from "./page.mjs";

const skip = firefoxPath() === undefined ? "no Firefox; DIAG_FIREFOX names one" : false;
const scratch = mkdtempSync(join(tmpdir(), "diag-firefox-test-"));
let firefox;

before(async () => { if (!skip) firefox = await launchFirefox(); });
after(async () => {
  await firefox?.close();
  rmSync(scratch, { recursive: true, force: true });
});

const settled = () => {
  const text = (id) => document.getElementById(id).textContent;
  return (!document.getElementById("result").hidden && text("effort") !== "") || (!document.getElementById("problem").hidden && text("problem") !== "");
};

/** What the page would save: links that download are caught before the browser takes them. */
const catching = () => {
  globalThis.caught = [];
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[download]");
    if (!link) return;
    event.preventDefault();
    caught.push(fetchBlob(link).then((text) => ({ name: link.download, text })));
  }, true);
  const blobs = new Map();
  const made = URL.createObjectURL;
  URL.createObjectURL = (blob) => {
    const address = made.call(URL, blob);
    blobs.set(address, blob);
    return address;
  };
  globalThis.fetchBlob = (link) => blobs.get(link.href).arrayBuffer().then((bytes) => Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join(""));
};

/** Buttons of links that are in no document make no event that a document sees, so that they are put in for the test. */
const saved = async (page, button) => {
  await page.evaluate((id) => {
    const click = HTMLAnchorElement.prototype.click;
    HTMLAnchorElement.prototype.click = function put() {
      document.body.append(this);
      click.call(this);
      this.remove();
    };
    caught.length = 0;
    document.getElementById(id).click();
  }, button);
  await page.until(() => caught.length > 0);
  return page.evaluate(() => caught[0]);
};

test("Firefox reads files from a page on disk, and says what the program says", { skip }, async () => {
  const page = await tab(firefox);
  await page.go(pathToFileURL(PAGE).href);
  await page.evaluate(catching);
  await page.give("#files", broken());
  await page.until(settled);
  assert.match(await page.evaluate(() => document.getElementById("verdict").textContent), /^Broken: /);
  const names = broken().map((file) => file.split("/").pop());
  for (const [button, format, name] of [["save-json", "json", "diag-report.json"], ["save-report", "html", "diag-report.html"]]) {
    const { stdout } = await run(PROGRAM, ["check", "--format", format, "--fail-on", "never", ...names], { cwd: join(broken()[0], ".."), maxBuffer: 1 << 28, encoding: "latin1" });
    const taken = await saved(page, button);
    assert.equal(taken.name, name);
    assert.ok(taken.text === stdout, `another ${format}`);
  }
  const shown = await page.evaluate(() => document.getElementById("report").contentDocument.querySelector("h1").textContent);
  assert.match(shown, /BROKEN/);
});

test("Firefox makes copies that the program judges as the files", { skip }, async () => {
  const page = await tab(firefox);
  await page.go(pathToFileURL(PAGE).href);
  await page.evaluate(catching);
  await page.give("#files", broken());
  await page.until(settled);
  await page.evaluate(() => document.getElementById("share").click());
  const { name, text } = await saved(page, "share-now");
  assert.equal(name, "diag-redacted.zip");
  const path = join(scratch, name);
  writeFileSync(path, text, "latin1");
  const verdict = async (paths) => {
    const { verdict, root_causes, findings } = JSON.parse((await run(PROGRAM, ["check", "--format", "json", "--fail-on", "never", ...paths])).stdout);
    return [verdict, ...root_causes.map((id) => findings.find((finding) => finding.id === id).check)];
  };
  assert.deepEqual(await verdict([path]), await verdict(broken()));
  const files = unpacked(Buffer.from(text, "latin1"));
  assert.match(files["receipt.txt"], /2 cookie values/);
  const cookies = (har) => JSON.parse(har).log.entries.flatMap(({ request }) => request.headers).filter(({ name }) => name.toLowerCase() === "cookie").flatMap(({ value }) => value.split("; ")).map((pair) => pair.slice(pair.indexOf("=") + 1));
  const [was, is] = [cookies(readFileSync(broken().find((file) => file.endsWith("capture.har")))), cookies(files["capture.har"])];
  assert.ok(was.length > 0 && was.length === is.length && was.every((cookie) => !is.includes(cookie)), "each cookie is another");
});

test("in Firefox, too, a hostile capture runs nothing, and the page can send nothing", { skip }, async () => {
  const server = await counting({ "/diag.html": readFileSync(PAGE) });
  const page = await tab(firefox);
  await page.go(`${server.origin}/diag.html`);
  const path = join(scratch, "hostile.har");
  writeFileSync(path, hostile(server.origin));
  await page.give("#files", [path]);
  await page.until(settled);
  await page.evaluate(() => {
    for (const one of document.getElementById("report").contentDocument.querySelectorAll("details")) one.open = true;
  });
  assert.equal(await page.evaluate(() => globalThis.owned ?? null), null);
  await page.evaluate(async () => {
    const away = `${location.origin}/away`;
    await fetch(`${away}?fetch`).catch(() => {});
    try { navigator.sendBeacon(`${away}?beacon`); } catch { /* forbidden */ }
    new Image().src = `${away}?image`;
    try { new WebSocket(`${away.replace("http", "ws")}?socket`); } catch { /* forbidden */ }
    try { new EventSource(`${away}?events`); } catch { /* forbidden */ }
    try { new Worker(`${away}?worker`); } catch { /* forbidden */ }
    for (const [name, address] of [["script", "src"], ["iframe", "src"], ["link", "href"], ["object", "data"], ["audio", "src"]]) {
      const element = document.createElement(name);
      if (name === "link") element.rel = "stylesheet";
      element[address] = `${away}?${name}`;
      document.body.append(element);
    }
    const style = document.createElement("style");
    style.textContent = `body { background: url(${away}?style) } @import url(${away}?import);`;
    document.head.append(style);
    const form = Object.assign(document.createElement("form"), { action: `${away}?form`, method: "post" });
    document.body.append(form);
    try { form.submit(); } catch { /* Firefox says so at once */ }
  });
  await new Promise((done) => { setTimeout(done, 1000); });
  assert.deepEqual(server.asked.filter((asked) => asked !== "/favicon.ico"), ["/diag.html"]);
  await server.close();
});
