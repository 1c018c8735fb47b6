// Drives a Firefox over WebDriver BiDi, the protocol that it speaks by itself: no driver stands between.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import WebSocket from "ws";

const FIREFOX = [process.env.DIAG_FIREFOX, "/usr/bin/firefox-esr", "/usr/bin/firefox"];
const START = 60000;

/** The path of a Firefox, or nothing. */
export const firefoxPath = () => FIREFOX.find((path) => path && existsSync(path));

/** A Firefox without a window, with a profile of its own; `command` asks it, `on` listens. */
export async function launchFirefox() {
  const profile = mkdtempSync(join(tmpdir(), "diag-firefox-"));
  const quiet = { "browser.shell.checkDefaultBrowser": false, "app.update.auto": false, "datareporting.policy.dataSubmissionEnabled": false, "network.captive-portal-service.enabled": false, "network.connectivity-service.enabled": false, "toolkit.telemetry.reportingpolicy.firstRun": false };
  writeFileSync(join(profile, "user.js"), Object.entries(quiet).map(([name, value]) => `user_pref("${name}", ${value});\n`).join(""));
  const child = spawn(firefoxPath(), ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"], { stdio: ["ignore", "ignore", "pipe"] });
  const address = await new Promise((done, failed) => {
    let said = "";
    const timer = setTimeout(() => failed(new Error(`Firefox does not listen: ${said}`)), START);
    child.on("exit", (code) => failed(new Error(`Firefox ended with ${code}: ${said}`)));
    child.stderr.on("data", (piece) => {
      said += piece;
      const found = /WebDriver BiDi listening on (ws:\S+)/.exec(said);
      if (found === null) return;
      clearTimeout(timer);
      done(found[1]);
    });
  });
  const socket = new WebSocket(`${address}/session`);
  await new Promise((done, failed) => { socket.on("open", done); socket.on("error", failed); });
  const open = new Map();
  const heard = [];
  socket.on("message", (data) => {
    const message = JSON.parse(data);
    if (message.type === "event") return heard.forEach((listener) => listener(message));
    const { done, failed } = open.get(message.id);
    open.delete(message.id);
    if (message.type === "success") done(message.result);
    else failed(new Error(`${message.error}: ${message.message}`));
  });
  let last = 0;
  const command = (method, params = {}) => new Promise((done, failed) => {
    last += 1;
    open.set(last, { done, failed });
    socket.send(JSON.stringify({ id: last, method, params }));
  });
  await command("session.new", { capabilities: {} });
  const close = async () => {
    const ended = new Promise((done) => { child.once("exit", done); });
    await command("browser.close").catch(() => {});
    child.kill();
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  return { command, on: (listener) => heard.push(listener), close };
}

/** A tab: `evaluate` runs a function in it and hands back what it gives, as JSON. */
export async function tab(firefox) {
  const { context } = await firefox.command("browsingContext.create", { type: "tab" });
  const target = { context };
  const evaluate = async (what, ...given) => {
    const expression = `(async () => JSON.stringify(await (${what})(...${JSON.stringify(given)})) ?? "null")()`;
    const { type, result, exceptionDetails } = await firefox.command("script.evaluate", { expression, target, awaitPromise: true, userActivation: true });
    if (type !== "success") throw new Error(exceptionDetails.text);
    return JSON.parse(result.value);
  };
  const until = async (what, wait = 120000) => {
    for (const end = Date.now() + wait; Date.now() < end; await new Promise((done) => { setTimeout(done, 100); })) {
      if (await evaluate(what)) return;
    }
    throw new Error(`never: ${what}`);
  };
  const give = async (selector, files) => {
    const { nodes } = await firefox.command("browsingContext.locateNodes", { context, locator: { type: "css", value: selector } });
    await firefox.command("input.setFiles", { context, element: { sharedId: nodes[0].sharedId }, files });
  };
  const go = (url) => firefox.command("browsingContext.navigate", { context, url, wait: "complete" });
  return { context, evaluate, until, give, go };
}
