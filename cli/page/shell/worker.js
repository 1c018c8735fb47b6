// Runs the engine. One question per instance: what it needed is gone with it, and a new question may end this worker.
const SUMMARY = 0, HTML = 1, JSON_REPORT = 2, REFUSED = 3, ARCHIVE = 4, RECEIPT = 5;
const MOST_RANDOM = 65536;

function unpacked(text) {
  const letters = atob(text);
  const packed = new Uint8Array(letters.length);
  for (let at = 0; at < letters.length; at += 1) packed[at] = letters.charCodeAt(at);
  return lzma(packed);
}

// Made once in a worker, whoever asks first.
let compiled = null;

onmessage = async ({ data: { id, engine, question, files } }) => {
  let lastWords = "";
  let memory = null;
  try {
    if (typeof engine === "string") {
      compiled ??= WebAssembly.compile(unpacked(engine));
      engine = await compiled;
      postMessage({ id, kind: "engine", engine });
    }
    if (question === null) return;
    const reader = new FileReaderSync();
    const parts = [];
    let told = 0;
    const bytes = (at, length) => new Uint8Array(memory.buffer, at >>> 0, length >>> 0);
    const page = {
      random(to, length) {
        for (let done = 0; done < length; done += MOST_RANDOM) {
          crypto.getRandomValues(bytes(to + done, Math.min(MOST_RANDOM, length - done)));
        }
      },
      read(file, offset, to, length) {
        try {
          const piece = reader.readAsArrayBuffer(files[file].slice(offset, offset + length));
          bytes(to, piece.byteLength).set(new Uint8Array(piece));
          return piece.byteLength;
        } catch {
          return -1;
        }
      },
      progress(read, entries) {
        const now = performance.now();
        if (now - told > 100) {
          told = now;
          postMessage({ id, kind: "progress", read, entries });
        }
      },
      part(number, from, length) {
        parts[number] = bytes(from, length).slice();
      },
      panicked(from, length) {
        lastWords = new TextDecoder().decode(bytes(from, length));
      },
    };
    const instance = await WebAssembly.instantiate(engine, { page });
    memory = instance.exports.memory;
    const asked = new TextEncoder().encode(JSON.stringify(question));
    bytes(instance.exports.room(asked.length), asked.length).set(asked);
    instance.exports.ask();
    if (parts[REFUSED]) {
      postMessage({ id, kind: "refused", why: new TextDecoder().decode(parts[REFUSED]) });
    } else if (parts[ARCHIVE]) {
      const receipt = new TextDecoder().decode(parts[RECEIPT]);
      postMessage({ id, kind: "copies", archive: parts[ARCHIVE], receipt }, [parts[ARCHIVE].buffer]);
    } else {
      const summary = JSON.parse(new TextDecoder().decode(parts[SUMMARY]));
      const answer = { id, kind: "answer", summary, html: parts[HTML], json: parts[JSON_REPORT], memory: memory.buffer.byteLength };
      postMessage(answer, [parts[HTML].buffer, parts[JSON_REPORT].buffer]);
    }
  } catch (error) {
    postMessage({ id, kind: "failed", why: lastWords || String(error), panicked: lastWords !== "", memory: memory ? memory.buffer.byteLength : 0 });
  }
};
