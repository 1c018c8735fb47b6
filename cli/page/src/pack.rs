//! Packs everything into one HTML file: the engine, the worker, an example, and the one script that the page's policy allows.

use crate::bundle;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use diag_render::carried::{self, Carried};
use lzma_rust2::{LzmaOptions, LzmaWriter};
use sha2::{Digest, Sha256};
use std::io::{self, Write};

const TEMPLATE: &str = include_str!("../shell/page.html");
const STYLE: &str = include_str!("../shell/page.css");
const SCRIPT: &str = include_str!("../shell/page.js");
const WORKER: &str = include_str!("../shell/worker.js");
const UNPACKER: &str = include_str!("../shell/lzma.js");

/// Bytes of memory that the engine may use. The linker is told the same; see `build.sh`.
pub const MEMORY: u64 = 1 << 30;

/// The page.
///
/// # Errors
/// Where a part would end the element it stands in.
pub fn page(engine: &[u8], example: &[Carried]) -> io::Result<String> {
    let engine = STANDARD.encode(packed(engine)?);
    let worker = format!("{UNPACKER}{WORKER}");
    let script = filled(SCRIPT, |name| match name {
        "memory" => Some(MEMORY.to_string()),
        "rounds" => Some(bundle::ROUNDS.to_string()),
        _ => None,
    })?;
    for (name, text) in [("page.js", script.as_str()), ("worker.js", worker.as_str())] {
        if text.contains("</script") || text.contains("<!--") {
            return Err(io::Error::other(format!(
                "{name} would end its element: it contains </script or <!--"
            )));
        }
    }
    let example = carried::written(example)?;
    filled(TEMPLATE, |name| {
        Some(match name {
            "script-hash" => hash(&format!("\n{script}")),
            "version" => env!("CARGO_PKG_VERSION").to_owned(),
            "style" => STYLE.to_owned(),
            "worker" => worker.clone(),
            "example" => example.clone(),
            "engine" => engine.clone(),
            "script" => script.clone(),
            _ => return None,
        })
    })
}

/// The engine in the format of `.lzma` files, a quarter smaller than what browsers unpack by themselves.
///
/// Code has no rhythm of four bytes, as the format's defaults assume; without it the engine becomes smaller still.
///
/// # Errors
/// Where there is no memory for it.
pub fn packed(engine: &[u8]) -> io::Result<Vec<u8>> {
    let reach = u32::try_from(engine.len()).unwrap_or(u32::MAX).clamp(1 << 16, 1 << 26);
    let options = LzmaOptions {
        dict_size: reach.next_power_of_two(),
        pb: 0,
        nice_len: LzmaOptions::NICE_LEN_MAX,
        ..LzmaOptions::with_preset(9)
    };
    let length = Some(engine.len() as u64);
    let mut writer = LzmaWriter::new_use_header(Vec::new(), &options, length)?;
    writer.write_all(engine)?;
    writer.finish()
}

/// The source expression of a policy for a script of exactly this text.
fn hash(script: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(script.as_bytes())))
}

/// The text with each `{{name}}` replaced, once; what is put in is not looked at again.
fn filled(text: &str, value: impl Fn(&str) -> Option<String>) -> io::Result<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        let Some(length) = rest[start..].find("}}") else { break };
        let name = &rest[start + 2..start + length];
        out.push_str(&rest[..start]);
        out.push_str(&value(name).ok_or_else(|| {
            io::Error::other(format!("the shell asks for {name}, which nobody gives"))
        })?);
        rest = &rest[start + length + 2..];
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_allows_the_one_script_that_runs() {
        let page = page(b"\0asm", &[]).expect("a page");
        let policy = page
            .split_once("http-equiv=\"Content-Security-Policy\" content=\"")
            .expect("a policy")
            .1
            .split_once('"')
            .expect("its end")
            .0;
        let executed: Vec<&str> = page
            .split("<script>")
            .skip(1)
            .map(|rest| rest.split("</script>").next().expect("an end"))
            .collect();
        let [script] = executed.as_slice() else { panic!("{} scripts that run", executed.len()) };
        assert!(
            policy.contains(&format!("script-src '{}' 'wasm-unsafe-eval'", hash(script))),
            "{policy}"
        );
        for directive in [
            "default-src 'none'",
            "connect-src 'none'",
            "form-action 'none'",
            "base-uri 'none'",
            "worker-src blob:",
        ] {
            assert!(policy.split("; ").any(|known| known == directive), "{directive} in {policy}");
        }
    }

    #[test]
    fn the_page_loads_nothing() {
        let page = page(b"\0asm", &[]).expect("a page");
        let markup: String = page
            .split("<script")
            .map(|part| part.split_once("</script>").map_or(part, |(_, rest)| rest))
            .collect();
        for loading in [" src=", " href=", "url(", "@import", "srcset"] {
            assert!(!markup.contains(loading), "{loading}");
        }
    }

    #[test]
    fn what_is_put_in_is_not_looked_at_again() {
        assert_eq!(filled("a {{x}} b", |_| Some("{{y}}".to_owned())).expect("filled"), "a {{y}} b");
        assert!(filled("{{z}}", |_| None).is_err());
    }
}
