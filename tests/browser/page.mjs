// The page in a browser, as its tests use it. DIAG_PAGE: the page; DIAG: the program.
import { execFile } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { inflateRawSync } from "node:zlib";
import { launch } from "./browser.mjs";

export const { DIAG_PAGE: PAGE, DIAG: PROGRAM } = process.env;
export const run = promisify(execFile);
let browser;

export const start = async () => { browser = await launch(); };
export const stop = async () => { await browser?.close(); };

/** The page, opened from disk unless an address is given, and what went wrong in it. */
export async function opened(address = pathToFileURL(PAGE).href, options = {}) {
  const context = await browser.newContext({ acceptDownloads: true, ...options });
  const page = await context.newPage();
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("dialog", (dialog) => { wrong.push(`dialog ${dialog.message()}`); dialog.dismiss(); });
  await page.goto(address);
  return { page, wrong, close: () => context.close() };
}

/** Hands over files and waits for the answer, or for the reason why there is none. */
export async function judged(page, paths) {
  await page.evaluate(() => { document.getElementById("effort").textContent = ""; document.getElementById("problem").textContent = ""; });
  await page.setInputFiles("#files", paths);
  await settled(page);
}

export async function settled(page) {
  await page.waitForFunction(() => {
    const text = (id) => document.getElementById(id).textContent;
    return (!document.getElementById("result").hidden && text("effort") !== "") || (!document.getElementById("problem").hidden && text("problem") !== "");
  }, null, { timeout: 120000 });
}

export async function saved(page, button) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(button)]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

export const broken = () => {
  const folder = fileURLToPath(new URL("../../examples/reply-url-without-slash/", import.meta.url));
  return readdirSync(folder).sort().map((name) => join(folder, name));
};

/** The files of an archive, by their names. */
export function unpacked(zip) {
  const files = {};
  const end = zip.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [packed, name, extra, comment] = [zip.readUInt32LE(at + 20), zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30), zip.readUInt16LE(at + 32)];
    const local = zip.readUInt32LE(at + 42);
    const data = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    files[zip.toString("utf8", at + 46, at + 46 + name)] = inflateRawSync(zip.subarray(data, data + packed)).toString();
    at += 46 + name + extra + comment;
  }
  return files;
}
