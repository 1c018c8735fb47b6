// The report in a real browser. Called with a folder of reports: broken.html, healthy.html, loop.html, logout.html,
// hostile.html and many.html, which has 200 attempts with six endings. Prints one line for each thing it looked at, and ends with 1 where one of them does not hold.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const folder = process.argv[2];
const executablePath = process.env.DIAG_CHROMIUM;
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const complaints = [];
let looked = 0;

function holds(what, condition, seen) {
  looked += 1;
  console.log(`${condition ? "ok  " : "FAIL"} ${what}${condition || seen === undefined ? "" : `: ${JSON.stringify(seen)}`}`);
  if (!condition) complaints.push(what);
}

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });

// A page with everything it asks for, says or throws written down.
async function open(name, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const heard = { requests: [], dialogs: [], errors: [] };
  const url = pathToFileURL(join(folder, `${name}.html`)).href;
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== url) heard.requests.push(request.url());
  });
  page.on("dialog", (dialog) => {
    heard.dialogs.push(dialog.message());
    dialog.dismiss();
  });
  page.on("pageerror", (error) => heard.errors.push(String(error)));
  page.on("console", (message) => heard.errors.push(message.text()));
  await page.goto(url);
  return { page, heard, close: () => context.close() };
}

async function lanesAndTable() {
  const { page, heard, close } = await open("broken");
  const seen = await page.evaluate(() => ({
    roles: [...document.querySelectorAll(".heads .role.wide")].map((node) => node.textContent),
    arrows: document.querySelectorAll(".drawing a.step").length,
    failing: document.querySelectorAll(".drawing a.step.failing").length,
    green: document.querySelectorAll(".drawing a.failing.good, .drawing a.bad .good").length,
    rides: document.querySelectorAll(".drawing .ride").length,
    steps: document.querySelectorAll(".steps > li").length,
    columns: document.querySelectorAll(".says table")[0]?.querySelectorAll("thead th").length ?? 0,
    marked: document.querySelectorAll(".says td.differs mark").length,
    references: [...document.querySelectorAll(".says tr.row")].map((row) => row.querySelectorAll("td.reference").length),
    linked: document.querySelectorAll(".says tr.finding a[href^='#']").length,
  }));
  holds("every party has a lane", ["Service provider", "Browser", "Identity provider"].every((role) => seen.roles.includes(role)), seen);
  holds("every step is an arrow, and its twin in the list", seen.arrows > 1 && seen.arrows === seen.steps, seen);
  holds("the failing step is marked and nothing refused is green", seen.failing === 1 && seen.green === 0, seen);
  holds("messages are drawn over the hops that carry them", seen.rides >= 1, seen);
  holds("who says what has a column for each source", seen.columns >= 4, seen);
  holds("what differs is marked", seen.marked > 0, seen);
  holds("a row has at most one reference", seen.references.every((number) => number <= 1), seen);
  holds("a row leads to its finding", seen.linked > 0, seen);
  holds("the report asks for nothing and says nothing", heard.requests.length + heard.errors.length === 0, heard);
  await close();
}

async function byKeyboard() {
  const { page, close } = await open("broken");
  await page.keyboard.press("Tab");
  holds("the first stop skips to the report", (await page.evaluate(() => document.activeElement.className)) === "skip");
  const tabTo = async (selector) => {
    for (let presses = 0; presses < 80; presses += 1) {
      if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return true;
      await page.keyboard.press("Tab");
    }
    return false;
  };
  holds("arrows are reached by keyboard", await tabTo(".drawing a.failing"));
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector(".opened:target"));
  const opened = await page.evaluate(() => {
    const target = document.querySelector(".opened:target");
    return { open: target.closest("details").open, visible: target.checkVisibility(), xml: target.textContent.length };
  });
  holds("and open their exchange", opened.open && opened.visible && opened.xml > 100, opened);
  holds("rows of the table are reached by keyboard", await tabTo(".says tr.finding a"));
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector(".root:target, .inner:target"));
  holds("and lead to their finding", await page.evaluate(() => document.querySelector(".root:target, .inner:target").checkVisibility()));
  await close();
}

async function everyWidth() {
  for (const name of ["broken", "healthy", "loop", "logout", "hostile", "many"]) {
    const { page, close } = await open(name);
    await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
    for (const width of [360, 768, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      holds(`${name} fits into ${width} pixels`, wide <= width, wide);
    }
    await close();
  }
}

async function longOnes() {
  const { page, close } = await open("loop");
  const seen = await page.evaluate(() => ({
    attempts: document.querySelectorAll("details.attempt").length,
    arrows: document.querySelectorAll(".drawing a.step").length,
  }));
  holds("rounds of a loop are folded", seen.attempts <= 2 && seen.arrows < 36, seen);
  await page.evaluate(() => (document.querySelector(".attempt").open = true));
  const stuck = await page.evaluate(() => {
    const heads = document.querySelector(".heads");
    const drawing = document.querySelector(".drawing").getBoundingClientRect();
    window.scrollTo(0, window.scrollY + drawing.top + Math.min(60, drawing.height / 2));
    return heads.getBoundingClientRect().top;
  });
  holds("lane heads stay in sight", Math.abs(stuck) < 2, stuck);
  await page.emulateMedia({ media: "print" });
  const printed = await page.evaluate(() =>
    [...document.querySelectorAll(".opened")].every((node) => node.checkVisibility() && node.getBoundingClientRect().height > 0),
  );
  holds("on paper everything is unfolded", printed);
  await close();
}

async function veryMany() {
  const { page, close } = await open("many");
  const seen = await page.evaluate(() => ({
    attempts: document.querySelectorAll("details.attempt").length,
    open: document.querySelectorAll("details.attempt[open]").length,
    counted: [...document.querySelectorAll(".attempt > summary")].map((line) => Number(/and (\d+) more attempts like it/.exec(line.textContent)?.[1] ?? 0)),
    height: document.documentElement.scrollHeight,
  }));
  const told = seen.counted.reduce((sum, more) => sum + more, seen.attempts);
  holds("200 attempts are told by how they ended, and none is lost", seen.attempts === 6 && told === 200, seen);
  holds("one of them is open, and all stand on a few screens", seen.open === 1 && seen.height < 8 * 800, seen);
  await page.emulateMedia({ media: "print" });
  const printed = await page.evaluate(() => [...document.querySelectorAll(".attempt .lanes")].filter((node) => node.checkVisibility({ contentVisibilityAuto: true }) && node.getBoundingClientRect().height > 0).length);
  holds("and only that one fills paper", printed === 1, printed);
  await close();
}

async function hostile() {
  const { page, heard, close } = await open("hostile");
  await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
  await page.mouse.wheel(0, 20000);
  await page.waitForTimeout(300);
  const seen = await page.evaluate(() => ({
    foreign: document.querySelectorAll("script, iframe, img, link, object, embed, form, foreignObject, body style, [onload], [onerror]").length,
    told: document.body.textContent.includes("<script>"),
    links: [...document.querySelectorAll("a")].map((link) => link.getAttribute("href")).filter((href) => !/^(#|https:\/\/)/.test(href)),
  }));
  holds("a hostile capture is told as text", seen.told && seen.foreign === 0 && seen.links.length === 0, seen);
  holds("it runs nothing", heard.dialogs.length === 0 && heard.errors.length === 0, heard);
  holds("it asks for nothing", heard.requests.length === 0, heard);
  // The policy itself, should markup ever get in. Only a server can tell that nothing arrived.
  let hits = 0;
  const server = createServer((_, response) => {
    hits += 1;
    response.end();
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const blocked = await page.evaluate(async (address) => {
    const script = document.createElement("script");
    script.textContent = "window.ran = true";
    document.body.append(script);
    const image = new Image();
    image.src = address;
    document.body.append(image);
    const reached = await fetch(address).then(() => true, () => false);
    await new Promise((later) => setTimeout(later, 200));
    return { ran: window.ran === true, reached };
  }, `http://127.0.0.1:${server.address().port}/hit`);
  server.close();
  holds("and its policy lets nothing run or leave", !blocked.ran && !blocked.reached && hits === 0, { blocked, hits });
  await close();
}

async function accessible() {
  for (const [name, colorScheme, width] of [
    ["broken", "light", 1280],
    ["broken", "dark", 1280],
    ["broken", "light", 360],
    ["healthy", "dark", 1280],
    ["logout", "light", 1280],
    ["loop", "dark", 360],
    ["many", "light", 1280],
  ]) {
    const { page, close } = await open(name, { colorScheme, viewport: { width, height: 900 }, bypassCSP: true });
    await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
    await page.evaluate(axeSource);
    const found = await page.evaluate(async () => (await window.axe.run(document, { resultTypes: ["violations"] })).violations);
    const serious = found.filter((one) => ["serious", "critical"].includes(one.impact));
    const told = serious.map((one) => [one.id, one.nodes.length, one.nodes[0].target, one.nodes[0].failureSummary?.slice(0, 300)]);
    holds(`axe finds nothing serious in ${name}, ${colorScheme}, ${width} pixels`, serious.length === 0, told);
    await close();
  }
}

try {
  for (const look of [lanesAndTable, byKeyboard, everyWidth, longOnes, veryMany, hostile, accessible]) await look();
} finally {
  await browser.close();
}
console.log(`${looked} looked at, ${complaints.length} do not hold`);
process.exit(complaints.length === 0 ? 0 : 1);
