//! What judging a capture costs, next to what only reads it: plain `read()`, `serde_json`, `jq`, Python, saml-reader.
//!
//! Time is processor time, of whole processes with their start, taken in turn within one run: of a machine that does
//! other things besides, only ratios mean anything. divan measures the clock on the wall, so it has no part in this; it
//! has in `core/benches/intake.rs`, which measures the reader alone.
//!
//! `cargo bench -p diag-cli --bench peers` prints the tables, `-- --write` puts them into docs/performance.md.
//! `DIAG_BENCH_MIB` is the size of the captures (30), `DIAG_BENCH_ROUNDS` how often each is read (5),
//! `DIAG_BENCH_SAML_READER` the `saml_reader` program, where there is one.

mod captures;
mod clock;
mod peers;

use captures::Shape;
use clock::Cost;
use peers::Peer;
use std::fmt::Write as _;
use std::path::Path;

/// Where the tables stand in the page.
const BEGIN: &str = "<!-- measured: begin -->\n";
const END: &str = "<!-- measured: end -->";
/// Seconds below which the clock says nothing of a run.
const SHORTEST: f64 = 0.002;
/// Runs that are so short that they are counted together.
const SHORT_RUNS: u32 = 40;

fn main() {
    let number = |name: &str, usual: u32| {
        std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(usual)
    };
    let (size, rounds) = (number("DIAG_BENCH_MIB", 30), number("DIAG_BENCH_ROUNDS", 5));
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    let mut page = String::new();
    let _ = writeln!(page, "\nCaptures of {size} MiB, each read {rounds} times, in turn:\n");
    let _ = writeln!(page, "{}", whole(size, rounds, folder.path()));
    let _ = writeln!(page, "A small case, {SHORT_RUNS} runs together, {rounds} times, in turn:\n");
    page.push_str(&small(rounds));
    page.push('\n');
    println!("{page}");
    if std::env::args().any(|argument| argument == "--write") {
        let to = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/performance.md");
        let text = std::fs::read_to_string(&to).expect("docs/performance.md is there");
        let (before, rest) = text.split_once(BEGIN).expect("it has a place for the tables");
        let (_, after) = rest.split_once(END).expect("the place has an end");
        std::fs::write(&to, format!("{before}{BEGIN}{page}{END}{after}"))
            .expect("docs/performance.md can be written");
    }
}

/// One line for each capture and peer.
fn whole(mib: u32, rounds: u32, folder: &Path) -> String {
    let mut table = String::from(
        "| capture | read by | processor time | MB/s | of `json.load` |\n|---|---|---:|---:|---:|\n",
    );
    for shape in Shape::ALL {
        let file = folder.join(format!("{}.har", shape.name()));
        captures::write(&file, *shape, u64::from(mib) << 20).expect("the folder takes a capture");
        let size = std::fs::metadata(&file).map_or(0, |file| file.len());
        let peers: Vec<Peer> = Peer::all().into_iter().filter(|peer| peer.runs(&file)).collect();
        let mut costs = vec![Cost::default(); peers.len()];
        for _ in 0..rounds {
            for (peer, cost) in peers.iter().zip(&mut costs) {
                *cost += clock::cost(|| peer.run(&file));
            }
        }
        let python = peers.iter().zip(&costs).find(|(peer, _)| **peer == Peer::Python);
        let python = python.map(|(_, cost)| cost.seconds());
        for (peer, cost) in peers.iter().zip(&costs) {
            let seconds = cost.seconds() / f64::from(rounds);
            #[expect(clippy::cast_precision_loss, reason = "a speed for people")]
            let speed = size as f64 / 1e6 / seconds;
            // Below what the clock tells apart.
            let (time, speed) = if seconds < SHORTEST {
                ("under 2 ms".to_owned(), "–".to_owned())
            } else {
                (format!("{:.0} ms", seconds * 1e3), format!("{speed:.0}"))
            };
            let ratio =
                python.map_or_else(|| "–".to_owned(), |all| format!("{:.2}", cost.seconds() / all));
            let _ = writeln!(
                table,
                "| {} | {} | {time} | {speed} | {ratio} |",
                shape.told(),
                peer.told()
            );
        }
        let _ = std::fs::remove_file(file);
    }
    table
}

/// A case of the examples next to what starting costs.
fn small(rounds: u32) -> String {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let runs: [(&str, Vec<String>); 3] = [
        ("`diag --version`", vec!["--version".to_owned()]),
        ("`diag examples/healthy`", vec![examples.join("healthy").display().to_string()]),
        (
            "`diag examples/reply-url-without-slash`",
            vec![examples.join("reply-url-without-slash").display().to_string()],
        ),
    ];
    let mut costs = vec![Cost::default(); runs.len()];
    for _ in 0..rounds {
        for ((_, arguments), cost) in runs.iter().zip(&mut costs) {
            *cost += clock::cost(|| (0..SHORT_RUNS).for_each(|_| peers::diag(arguments)));
        }
    }
    let mut table = String::from("| run | processor time | of `--version` |\n|---|---:|---:|\n");
    let start = costs.first().map_or(0.0, |cost| cost.seconds());
    for ((told, _), cost) in runs.iter().zip(&costs) {
        let each = cost.seconds() / f64::from(rounds * SHORT_RUNS);
        let _ = writeln!(
            table,
            "| {told} | {:.1} ms | {:.1} |",
            each * 1e3,
            cost.seconds() / start.max(1e-6)
        );
    }
    table
}
