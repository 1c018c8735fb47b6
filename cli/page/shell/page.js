"use strict";
(() => {
  const at = (id) => document.getElementById(id);
  const MOST_LISTED = 20000;
  const LONGEST_NAME = 120;
  // What the engine may use; the build sets the same bound.
  const MEMORY = {{memory}};
  // How often files or their copies are read through for a bundle.
  const ROUNDS = {{rounds}};
  const VERDICTS = { healthy: "Healthy", "at-risk": "At risk", broken: "Broken", undetermined: "Undetermined" };
  const HELD = [["publisher", "as its owner publishes it"], ["sp", "the copy that the service provider has"], ["idp", "the copy that the identity provider has"]];

  let engine = at("engine").textContent;
  let worker = null;
  // Each question has a number. What answers another one than the last is dropped.
  let current = 0;
  let busy = false;
  let given = [];
  let captures = [];
  let alone = null;
  let answer = null;
  let begun = 0;
  // Files are looked for while something else may be dropped already: only what was handed over last counts.
  let handed = 0;
  // What was asked last for a report, and whether copies of that are being made.
  let asked = null;
  let sharing = false;

  const show = (...ids) => {
    for (const id of ["start", "working", "problem", "result", "tools"]) at(id).hidden = !ids.includes(id);
  };
  const say = (text) => { at("status").textContent = text; };
  const problem = (text) => {
    at("problem").textContent = visible(text);
    show("start", "problem");
    scrollTo(0, 0);
  };
  const total = () => given.reduce((sum, file) => sum + file.blob.size, 0);
  // Names of files come from anybody: what is invisible or turns the line around is written as its number.
  const visible = (text) => text.replace(/[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/gu, (letter) => `\\u{${letter.codePointAt(0).toString(16)}}`);
  const plain = (name) => {
    const letters = [...visible(name.replaceAll("\n", " "))];
    const half = LONGEST_NAME / 2;
    return letters.length <= LONGEST_NAME ? letters.join("") : `${letters.slice(0, half).join("")}…${letters.slice(-half).join("")}`;
  };
  const size = (bytes) => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`);

  // --- files -------------------------------------------------------------------------------------------------

  const byFile = (blob, path, named) => ({ path, named, blob, held_by: "publisher" });

  // Chromium hands out handles, also on a page opened from disk, where its older entries fail. Others have entries alone.
  async function ofHandle(handle, path, into) {
    if (into.length >= MOST_LISTED) return;
    if (handle.kind === "file") {
      into.push(byFile(await handle.getFile(), path, !path.includes("/")));
      return;
    }
    for await (const child of handle.values()) {
      if (!child.name.startsWith(".")) await ofHandle(child, `${path}/${child.name}`, into);
    }
  }

  async function ofEntry(entry, path, into) {
    if (into.length >= MOST_LISTED) return;
    if (entry.isFile) {
      into.push(byFile(await new Promise((done, failed) => entry.file(done, failed)), path, false));
      return;
    }
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((done, failed) => reader.readEntries(done, failed));
      if (some.length === 0) return;
      for (const child of some) {
        if (!child.name.startsWith(".")) await ofEntry(child, `${path}/${child.name}`, into);
      }
    }
  }

  // Starts looking; what is found is taken by the function that comes back, unless something newer was handed over.
  function looking(what) {
    handed += 1;
    const turn = handed;
    stopWork();
    at("progress").removeAttribute("value");
    at("reading").textContent = what;
    show("working");
    return (then) => { if (turn === handed) then(); };
  }

  async function dropped(transfer) {
    const unlessNewer = looking("Looking at what was dropped");
    // The list is empty once the event is over, so that everything is asked of it first.
    const items = [...transfer.items].filter((item) => item.kind === "file").map((item) => ({
      handle: item.getAsFileSystemHandle?.().catch(() => null),
      entry: item.webkitGetAsEntry?.(),
      file: item.getAsFile(),
    }));
    const text = transfer.getData("text/plain");
    const files = [];
    for (const { handle, entry, file } of items) {
      const known = await handle;
      try {
        if (known) await ofHandle(known, known.name, files);
        else if (entry?.isDirectory) await ofEntry(entry, entry.name, files);
        else if (file !== null) files.push(byFile(file, file.name, true));
      } catch {
        return unlessNewer(() => problem(`${known?.name ?? entry.name}: this browser does not hand it out when it is dropped. Choose a folder, or choose files.`));
      }
    }
    if (files.length === 0 && text) files.push(byFile(new Blob([text]), "pasted", true));
    unlessNewer(() => {
      if (files.length === 0) problem("There is no file in what was dropped; hidden files in folders are skipped.");
      else take(files);
    });
  }

  const chosen = (input) => {
    const files = [...input.files].map((file) => byFile(file, file.webkitRelativePath || file.name, !file.webkitRelativePath));
    input.value = "";
    if (files.length > 0) take(files);
  };

  async function carried(id) {
    const text = at(id).textContent.trim();
    if (text === "") return null;
    const files = [];
    for (const { path, named, held_by, gzip } of JSON.parse(text).files) {
      const packed = Uint8Array.from(atob(gzip), (letter) => letter.charCodeAt(0));
      const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
      files.push({ ...byFile(await new Response(stream).blob(), path, named), held_by });
    }
    return files;
  }

  function take(files) {
    if (files.length === 0) return;
    handed += 1;
    sharingEnds();
    at("sharing").close();
    given = files;
    captures = [];
    alone = null;
    ask();
  }

  // --- asking ------------------------------------------------------------------------------------------------

  function ask() {
    begun = performance.now();
    at("progress").removeAttribute("value");
    at("reading").textContent = `${given.length === 1 ? plain(given[0].path) : `${given.length} files`}, ${size(total())}`;
    show("working");
    say("Reading");
    const moment = at("at").value.trim();
    const entity = at("entity").value.trim();
    asked = {
      files: given.map(({ path, named, held_by, blob }) => ({ path, named, held_by, size: blob.size })),
      now: Date.now(),
      at: moment === "" ? null : moment,
      entity: entity === "" ? null : entity,
      alone,
    };
    put(asked);
  }

  function put(question) {
    // A worker that is still busy with an older question is ended: nothing of it can come late.
    if (busy && worker !== null) end();
    worker ??= begin();
    busy = true;
    current += 1;
    worker.postMessage({ id: current, engine, question, files: given.map((file) => file.blob) });
  }

  function begin() {
    const address = URL.createObjectURL(new Blob([at("worker").textContent], { type: "text/javascript" }));
    const made = new Worker(address);
    made.onmessage = ({ data }) => { if (made === worker) heard(data); };
    made.onerror = (event) => { if (made === worker) failed(`The page cannot start its worker. ${event.message ?? ""}`); };
    return made;
  }

  // The engine is unpacked while nobody asks yet. Should that fail, whoever asks first is told.
  function warm() {
    worker = begin();
    worker.postMessage({ id: -1, engine, question: null, files: [] });
  }

  function end() {
    worker?.terminate();
    worker = null;
    busy = false;
  }

  // What is being asked is asked no more, for a report or for copies.
  function stopWork() {
    sharingEnds();
    current += 1;
    if (busy) end();
  }

  function heard(said) {
    if (said.kind === "engine") {
      engine = said.engine;
      return;
    }
    if (said.id !== current) return;
    if (said.kind === "progress" && sharing) {
      at("sharing-progress").value = total() === 0 ? 0 : Math.min(1, said.read / (ROUNDS * total()));
      return;
    }
    if (said.kind === "progress") {
      at("progress").value = total() === 0 ? 0 : Math.min(1, said.read / total());
      at("reading").textContent = `${size(said.read)} of ${size(total())} read, ${said.entries} ${said.entries === 1 ? "entry" : "entries"}`;
      return;
    }
    busy = false;
    if (said.kind === "answer") return answered(said);
    if (said.kind === "copies") return shared(said);
    if (said.kind === "refused" && sharing) return notShared(said.why);
    if (said.kind === "refused") {
      say("Nothing to judge");
      return problem(said.why);
    }
    // After that the instance is of no use, and its memory not given back while the worker lives.
    end();
    if (said.memory > MEMORY * 0.9) {
      return failed(`The files need more memory than this page may use (${size(MEMORY)}). The command line reads them in pieces: diag ${sharing ? "redact" : "check"}.`);
    }
    failed(`diag stopped on these files, which is a mistake of diag and not yours. The command line may still read them: diag ${sharing ? "redact" : "check"}.\n${said.why}`);
  }

  function failed(text) {
    if (busy && worker !== null) end();
    if (sharing) return notShared(text);
    say("Failed");
    problem(text);
  }

  function answered({ summary, html, json, memory }) {
    answer = { html, json };
    if (alone === null) captures = summary.captures;
    const verdict = VERDICTS[summary.verdict] ?? summary.verdict;
    at("verdict").textContent = summary.title === "" ? verdict : `${verdict}: ${plain(summary.title)}`;
    at("notes").replaceChildren(...summary.notes.map((note) => element("li", visible(note))));
    at("notes").hidden = summary.notes.length === 0;
    at("effort").textContent = `${size(total())} read and judged in ${((performance.now() - begun) / 1000).toFixed(1)} s with ${size(memory)} of memory`;
    offerCaptures();
    offerCopies(summary.metadata);
    show("result", "tools");
    frame(new TextDecoder().decode(html));
    say(`${verdict}. The report is below.`);
    at("verdict").focus();
  }

  const element = (name, text) => Object.assign(document.createElement(name), { textContent: text });

  function offerCaptures() {
    const options = [new Option("all together", "", alone === null, alone === null)];
    for (const index of captures) options.push(new Option(plain(given[index].path), String(index), alone === index, alone === index));
    at("captures").replaceChildren(...options);
    at("captures-label").hidden = captures.length < 2;
  }

  function offerCopies(indices) {
    at("copies").hidden = indices.length === 0;
    at("metadata").replaceChildren(...indices.map((index) => {
      const line = document.createElement("li");
      const label = element("label", `${plain(given[index].path)} `);
      const select = document.createElement("select");
      select.replaceChildren(...HELD.map(([value, words]) => new Option(words, value, false, given[index].held_by === value)));
      select.addEventListener("change", () => {
        given[index].held_by = select.value;
        ask();
      });
      label.append(select);
      line.append(label);
      return line;
    }));
  }

  // --- what a person takes away ------------------------------------------------------------------------------

  function save(name, type, bytes) {
    const address = URL.createObjectURL(new Blob([bytes], { type }));
    const link = Object.assign(document.createElement("a"), { href: address, download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
    say(`${name} saved`);
  }

  async function copied(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Opened from a disk, some browsers lend no clipboard; the old way still works after a click.
      const area = Object.assign(document.createElement("textarea"), { value: text, className: "unseen" });
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      return done;
    }
  }

  // Each report gets a frame of its own, which may run no script. Written into rather than loaded, it has the
  // address of the page, so that links within the report stay within it.
  function frame(html) {
    const made = at("report").cloneNode();
    at("report").replaceWith(made);
    const report = made.contentDocument;
    report.open();
    report.write(html);
    report.close();
    for (const link of report.querySelectorAll('a[href^="https:"]')) link.target = "_blank";
    // The report itself has no script, so that the page puts the buttons in.
    for (const value of report.querySelectorAll("pre.enter, .value > code, [data-copy]")) value.after(copyButton(report, value));
  }

  function copyButton(report, value) {
    const button = Object.assign(report.createElement("button"), { type: "button", textContent: "Copy" });
    button.setAttribute("aria-label", `Copy ${value.textContent.slice(0, 60)}`);
    button.style.cssText = "font: inherit; font-size: .75rem; margin: .15rem .4rem; padding: 0 .5rem; color: inherit; background: transparent; border: 1px solid currentColor; border-radius: .3rem; cursor: pointer; grid-column: -2; justify-self: start; user-select: none";
    button.addEventListener("click", async () => {
      const done = await copied(value.textContent);
      button.textContent = done ? "Copied" : "Not copied";
      say(done ? "Copied" : "The browser does not let this page copy");
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
    return button;
  }

  // A frame does not grow over the pages of a printer by itself. What the report unfolds on paper is unfolded to be measured.
  const PAPER = "180mm", PRINTED = "9.5pt", SPARE = 1.05;
  function measured(report) {
    const inner = report.contentDocument;
    const folded = [...inner.querySelectorAll("details:not([open], .attempt, .stays)")];
    for (const one of folded) one.open = true;
    for (const button of inner.querySelectorAll("button")) button.hidden = true;
    report.style.width = PAPER;
    inner.documentElement.style.fontSize = PRINTED;
    const height = inner.documentElement.scrollHeight * SPARE;
    inner.documentElement.style.fontSize = "";
    for (const one of folded) one.open = false;
    return height;
  }
  addEventListener("beforeprint", () => {
    const report = at("report");
    if (at("result").hidden) return;
    report.style.height = `${measured(report)}px`;
    report.style.width = "";
  });
  addEventListener("afterprint", () => {
    const report = at("report");
    report.style.height = "";
    for (const button of report.contentDocument.querySelectorAll("button")) button.hidden = false;
  });

  // --- copies that can be given away -------------------------------------------------------------------------

  function sharingShows(part) {
    for (const id of ["sharing-options", "sharing-work", "sharing-problem", "sharing-done"]) at(id).hidden = id !== part;
    at("share-now").hidden = part !== "sharing-options";
    at("share-close").textContent = part === "sharing-work" ? "Stop" : "Close";
  }

  function share() {
    sharing = true;
    at("sharing-progress").removeAttribute("value");
    sharingShows("sharing-work");
    at("share-close").focus();
    say("Making copies");
    put({ ...asked, copies: { identities: at("identities").checked, hosts: at("hosts").checked, keep_bodies: at("keep-bodies").checked } });
  }

  function shared({ archive, receipt }) {
    sharing = false;
    at("receipt").textContent = receipt;
    sharingShows("sharing-done");
    at("receipt").focus();
    save("diag-redacted.zip", "application/zip", archive);
  }

  function notShared(why) {
    sharing = false;
    at("sharing-problem").textContent = visible(why);
    sharingShows("sharing-problem");
    at("share-close").focus();
    say("No bundle was made");
  }

  // The event of closing comes late, when something else may be asked already.
  function sharingEnds() {
    if (!sharing) return;
    sharing = false;
    current += 1;
    if (busy && worker !== null) end();
    say("Stopped");
  }

  at("share").addEventListener("click", () => {
    sharingShows("sharing-options");
    at("sharing").showModal();
  });
  at("share-now").addEventListener("click", share);
  at("share-close").addEventListener("click", () => at("sharing").close());
  at("sharing").addEventListener("close", sharingEnds);

  // --- hands and keys ----------------------------------------------------------------------------------------

  at("choose-files").addEventListener("click", () => at("files").click());
  at("choose-folder").addEventListener("click", () => at("folder").click());
  at("files").addEventListener("change", () => chosen(at("files")));
  at("folder").addEventListener("change", () => chosen(at("folder")));
  at("demo").addEventListener("click", async () => {
    const unlessNewer = looking("The example");
    const files = await carried("example");
    unlessNewer(() => take(files));
  });
  const readPasted = () => {
    const text = at("pasted").value.trim();
    if (text !== "") take([byFile(new Blob([text]), "pasted", true)]);
  };
  at("read-pasted").addEventListener("click", readPasted);
  at("pasted").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) readPasted();
  });
  at("captures").addEventListener("change", () => {
    alone = at("captures").value === "" ? null : Number(at("captures").value);
    ask();
  });
  at("stop").addEventListener("click", () => {
    handed += 1;
    stopWork();
    say("Stopped");
    show("start");
  });
  at("again").addEventListener("click", () => {
    frame("");
    answer = null;
    given = [];
    show("start");
    at("choose-files").focus();
  });
  at("save-report").addEventListener("click", () => save("diag-report.html", "text/html", answer.html));
  at("save-json").addEventListener("click", () => save("diag-report.json", "application/json", answer.json));

  for (const kind of ["dragenter", "dragover"]) {
    addEventListener(kind, (event) => {
      event.preventDefault();
      document.body.classList.add("dragging");
    });
  }
  addEventListener("dragleave", (event) => { if (event.relatedTarget === null) document.body.classList.remove("dragging"); });
  addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("dragging");
    dropped(event.dataTransfer);
  });

  warm();
  carried("diag-case").then((files) => { if (files !== null && handed === 0) take(files); }, () => problem("The case inside this page is damaged. Make the page anew: diag open."));
})();
