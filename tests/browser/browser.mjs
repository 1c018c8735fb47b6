// Starts a browser and a server on loopback that counts what it is asked.
import { chromium } from "playwright-core";
import { createServer } from "node:http";
import { existsSync } from "node:fs";

const CHROMIUM = [process.env.DIAG_CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The path of a Chromium, or nothing. */
export const chromiumPath = () => CHROMIUM.find((path) => path && existsSync(path));

/** A Chromium without a window. */
export const launch = () =>
  chromium.launch({ executablePath: chromiumPath(), args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });

/** A server that answers from `pages` and notes every path it was asked for. */
export async function counting(pages = {}) {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    const page = pages[request.url];
    response.writeHead(page ? 200 : 404, { "content-type": "text/html; charset=utf-8" });
    response.end(page ?? "");
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { asked, origin: `http://127.0.0.1:${server.address().port}`, close: () => new Promise((done) => server.close(done)) };
}
