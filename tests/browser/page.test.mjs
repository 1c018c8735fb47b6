// The page in a browser. DIAG_PAGE: the page; DIAG: the program; DIAG_CASES: a folder with one folder of files per case.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { counting } from "./browser.mjs";
import { hostile, large } from "./captures.mjs";
import { PAGE, PROGRAM, broken, judged, opened, run, saved, settled, start, stop } from "./page.mjs";

const { DIAG_CASES: CASES } = process.env;
const AT = "2026-11-24T10:00:00Z";
const scratch = mkdtempSync(join(tmpdir(), "diag-page-"));

before(start);
after(async () => {
  await stop();
  rmSync(scratch, { recursive: true, force: true });
});

test("every case of the repository is judged as on the command line, byte for byte", async () => {
  const { page, wrong, close } = await opened();
  const cases = readdirSync(CASES).sort();
  assert.ok(cases.length > 100, `only ${cases.length} cases`);
  const differing = [];
  let reports = 0;
  for (const name of cases) {
    const folder = join(CASES, name);
    const files = readdirSync(folder).sort();
    // What is judged by today's clock needs the same clock on both sides.
    const dated = files.some((file) => /\.(har|sketch)$/.test(file));
    const options = dated ? [] : ["--at", AT];
    const told = await run(PROGRAM, ["check", "--format", "json", "--fail-on", "never", ...options, ...files], { cwd: folder, maxBuffer: 1 << 28 }).catch((error) => error);
    await page.evaluate((at) => { document.getElementById("at").value = at; }, dated ? "" : AT);
    await judged(page, files.map((file) => join(folder, file)));
    const refused = await page.isVisible("#problem");
    if (refused || !told.stdout) {
      if (refused !== !told.stdout) differing.push(`${name}: ${refused ? await page.textContent("#problem") : told.stderr}`);
      continue;
    }
    const { bytes } = await saved(page, "#save-json");
    if (bytes.toString() !== told.stdout) differing.push(`${name}: another JSON`);
    // The report of every example, and of some of the many that hold one fault each.
    if (!name.startsWith("example-") && cases.indexOf(name) % 6 !== 0) continue;
    const written = await run(PROGRAM, ["check", "--format", "html", "--fail-on", "never", ...options, ...files], { cwd: folder, maxBuffer: 1 << 28 });
    const report = await saved(page, "#save-report");
    if (report.bytes.toString() !== written.stdout) differing.push(`${name}: another report`);
    reports += 1;
  }
  assert.deepEqual(differing, []);
  assert.deepEqual(wrong, []);
  assert.ok(reports > 30, `only ${reports} reports`);
  console.log(`# ${cases.length} cases alike, ${reports} of them with their report`);
  await close();
});

test("the report shown and saved is that of the command line", async () => {
  const { page, close } = await opened();
  const files = broken();
  await judged(page, files);
  const { name, bytes } = await saved(page, "#save-report");
  assert.equal(name, "diag-report.html");
  const names = files.map((file) => file.split("/").pop());
  const { stdout } = await run(PROGRAM, ["check", "--format", "html", "--fail-on", "never", ...names], { cwd: join(files[0], "..") });
  assert.equal(bytes.toString(), stdout);
  const shown = page.frameLocator("#report");
  assert.ok((await shown.locator("h1").first().textContent()).includes("BROKEN"));
  assert.match(await page.textContent("#verdict"), /^Broken: /);
  await close();
});

test("a hostile capture runs no script and makes no request", async () => {
  const server = await counting();
  const { page, wrong, close } = await opened();
  const requests = [];
  page.context().on("request", (request) => requests.push(request.url()));
  const path = join(scratch, "hostile.har");
  writeFileSync(path, hostile(server.origin));
  await judged(page, [path]);
  assert.ok(await page.isVisible("#result"), await page.textContent("#problem"));
  await page.frameLocator("#report").locator("details").evaluateAll((all) => all.forEach((one) => { one.open = true; }));
  await page.waitForTimeout(500);
  assert.deepEqual(wrong, []);
  assert.deepEqual(server.asked, []);
  const outward = requests.filter((url) => !/^(blob|data|about|file):/.test(url));
  assert.deepEqual(outward, []);
  assert.equal(await page.evaluate(() => window.owned), undefined);
  await close();
  await server.close();
});

test("the policy lets the page send nothing, even where its own script wanted to", async () => {
  const page_ = readFileSync(PAGE);
  const server = await counting({ "/diag.html": page_ });
  const { page, close } = await opened(`${server.origin}/diag.html`);
  await page.click("#demo");
  await settled(page);
  assert.match(await page.textContent("#verdict"), /^Broken: /);
  await page.evaluate(async () => {
    const away = `${location.origin}/away`;
    await fetch(`${away}?fetch`).catch(() => {});
    navigator.sendBeacon(`${away}?beacon`);
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
    form.submit();
  });
  await page.waitForTimeout(1000);
  // The browser itself asks for an icon of the site, before anything is read.
  assert.deepEqual(server.asked.filter((path) => path !== "/favicon.ico"), ["/diag.html"]);
  await close();
  await server.close();
});

test("a folder is dropped, and its captures are switched between", async () => {
  const { page, wrong, close } = await opened();
  const folder = join(scratch, "support-4711");
  for (const name of ["monday", "tuesday"]) {
    mkdirSync(join(folder, name), { recursive: true });
    for (const file of broken()) writeFileSync(join(folder, name, file.split("/").pop()), readFileSync(file));
  }
  writeFileSync(join(folder, ".hidden.har"), "{}");
  const devtools = await page.context().newCDPSession(page);
  for (const type of ["dragEnter", "dragOver", "drop"]) {
    await devtools.send("Input.dispatchDragEvent", { type, x: 200, y: 200, data: { items: [], files: [folder], dragOperationsMask: 1 } });
  }
  await settled(page);
  const options = await page.locator("#captures option").allTextContents();
  assert.deepEqual(options, ["all together", "support-4711/monday/capture.har", "support-4711/tuesday/capture.har"]);
  await page.evaluate(() => { document.getElementById("effort").textContent = ""; });
  await page.selectOption("#captures", { label: "support-4711/tuesday/capture.har" });
  await settled(page);
  const inputs = JSON.parse((await saved(page, "#save-json")).bytes).inputs.map((input) => input.path);
  assert.equal(inputs[0], "support-4711/tuesday/capture.har");
  assert.ok(inputs.every((path) => path.startsWith("support-4711/tuesday/")), inputs.join());
  assert.deepEqual(wrong, []);
  await close();
});

test("a folder is read as on the command line", async () => {
  const { page, close } = await opened();
  const folder = fileURLToPath(new URL("../../examples/", import.meta.url));
  await page.setInputFiles("#folder", join(folder, "certificate-rolled-over"));
  await settled(page);
  const { bytes } = await saved(page, "#save-json");
  const { stdout } = await run(PROGRAM, ["check", "--format", "json", "--fail-on", "never", "certificate-rolled-over"], { cwd: folder });
  assert.equal(bytes.toString(), stdout);
  await close();
});

test("what was asked last is what is shown", async () => {
  const { page, close } = await opened();
  const slow = join(scratch, "slow.har");
  writeFileSync(slow, large(20_000_000));
  await page.setInputFiles("#files", [slow]);
  await judged(page, broken());
  assert.match(await page.textContent("#verdict"), /^Broken: .*capture\.har/);
  await page.waitForTimeout(1500);
  assert.match(await page.textContent("#verdict"), /^Broken: .*capture\.har/);
  await close();
});

test("long work tells how far it is, and is stopped", async () => {
  const { page, wrong, close } = await opened();
  const path = join(scratch, "long.har");
  writeFileSync(path, large(30_000_000));
  await page.evaluate(() => {
    globalThis.told = [];
    const note = () => told.push([document.getElementById("reading").textContent, document.getElementById("progress").value]);
    new MutationObserver(note).observe(document.getElementById("reading"), { childList: true });
  });
  await judged(page, [path]);
  const told = await page.evaluate(() => globalThis.told);
  const counted = told.filter(([text]) => /^\d+ MB of 30 MB read, \d+ entries$/.test(text));
  assert.ok(counted.length > 0, JSON.stringify(told));
  assert.deepEqual(counted.map(([, value]) => value), counted.map(([, value]) => value).sort((one, other) => one - other));
  await page.evaluate(() => { document.getElementById("effort").textContent = ""; });
  await page.setInputFiles("#files", [path]);
  await page.focus("#stop");
  await page.keyboard.press("Enter");
  assert.ok(await page.isVisible("#start"));
  assert.equal(await page.textContent("#status"), "Stopped");
  await page.waitForTimeout(1000);
  assert.equal(await page.textContent("#effort"), "");
  await page.click("#demo");
  await settled(page);
  assert.match(await page.textContent("#verdict"), /^Broken: /);
  assert.deepEqual(wrong, []);
  await close();
});

test("a case that the program put into the page is shown at once", async () => {
  const copy = join(scratch, "carried.html");
  await run(PROGRAM, ["open", ...broken(), "--page", PAGE, "--output", copy, "--no-open"]);
  const { page, wrong, close } = await opened(pathToFileURL(copy).href);
  await settled(page);
  assert.match(await page.textContent("#verdict"), /^Broken: .*capture\.har$/);
  assert.deepEqual(wrong, []);
  await close();
});

test("keys alone lead to a report and out of it", async () => {
  const { page, close } = await opened();
  for (let presses = 0; presses < 12; presses += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(() => document.activeElement.id) === "demo") break;
  }
  await page.keyboard.press("Enter");
  await settled(page);
  assert.equal(await page.evaluate(() => document.activeElement.id), "verdict");
  const copy = page.frameLocator("#report").getByRole("button", { name: /^Copy/ }).first();
  await copy.focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => /Copied|copy/.test(document.getElementById("status").textContent));
  await page.focus("#again");
  await page.keyboard.press("Enter");
  assert.ok(await page.isVisible("#start"));
  await page.fill("#pasted", "AADSTS50011: The redirect URI 'https://sp.example/acs' specified in the request does not match");
  await page.keyboard.press("Control+Enter");
  await settled(page);
  assert.ok(await page.isVisible("#result"), await page.textContent("#problem"));
  await close();
});

test("what is nothing of ours gets one clear line, and nobody waits", async () => {
  const { page, wrong, close } = await opened();
  const path = join(scratch, "holiday.txt");
  writeFileSync(path, "beach");
  await judged(page, [path]);
  assert.match(await page.textContent("#problem"), /^holiday\.txt: /);
  await page.evaluate(() => { document.querySelector(".options").open = true; });
  await page.fill("#at", "yesterday");
  await judged(page, broken());
  assert.equal(await page.textContent("#problem"), "yesterday: expected a moment such as 2026-11-24T10:00:00Z");
  assert.deepEqual(wrong, []);
  await close();
});

test("a large capture is read within bounded memory", async () => {
  const { page, close } = await opened();
  const path = join(scratch, "large.har");
  const bytes = large(100_000_000);
  writeFileSync(path, bytes);
  await judged(page, [path]);
  const effort = await page.textContent("#effort");
  const memory = Number(/(\d+(?:\.\d+)?) MB of memory/.exec(effort)[1]);
  assert.ok(memory < 400, effort);
  console.log(`# ${effort}`);
  await close();
});

test("nothing stands in the way of a screen reader, at any width, in light and dark", async () => {
  const axe = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");
  for (const [colorScheme, width] of [["light", 1280], ["dark", 1280], ["light", 360], ["dark", 360]]) {
    const { page, close } = await opened(undefined, { colorScheme, viewport: { width, height: 800 } });
    for (const step of ["empty", "problem", "report", "bundle"]) {
      if (step === "problem") {
        await page.fill("#pasted", "beach");
        await page.click("#read-pasted");
        await page.waitForSelector("#problem:not([hidden])");
      }
      if (step === "report") {
        await page.click("#demo");
        await settled(page);
      }
      if (step === "bundle") await page.click("#share");
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
      assert.ok(!wide, `${step} scrolls sideways at ${width}`);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => globalThis.axe.run({ iframes: false }));
      const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
      assert.deepEqual(serious.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`), [], `${step} ${colorScheme} ${width}`);
    }
    await close();
  }
});
