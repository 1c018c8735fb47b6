//! Requests as browsers copy them: `Copy as cURL` (for bash and for cmd) and `Copy as fetch`, one or all of them.
//!
//! They hold what was sent and no answer, so no sign-in can be told from them; the messages in them can be read.

/// Requests that are looked at.
const MOST: usize = 2_000;

/// URLs and form bodies with a SAML message; `None` for a text that is no such copy.
pub(super) fn messages(text: &str) -> Option<Vec<String>> {
    let requests: Vec<(String, Option<String>)> =
        if text.starts_with("curl ") || text.starts_with("curl.exe ") {
            split_at(text, "curl").map(curl).collect()
        } else if text.starts_with("fetch(") || text.starts_with("await fetch(") {
            split_at(text, "fetch(").map(fetch).collect()
        } else {
            return None;
        };
    let carries = |text: &str| {
        ["SAMLRequest=", "SAMLResponse=", "wresult=", "wa=wsign"]
            .iter()
            .any(|name| text.contains(name))
    };
    let mut found = Vec::new();
    for (url, body) in requests {
        found.extend(Some(url).filter(|url| carries(url)));
        found.extend(body.filter(|body| carries(body)));
    }
    Some(found)
}

/// The text in pieces, each of which begins at a line with the word.
fn split_at<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = &'t str> {
    let mut starts: Vec<usize> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let own = line.trim_start().trim_start_matches("await ");
        if own.starts_with(word) {
            starts.push(at);
        }
        at += line.len();
    }
    starts.truncate(MOST);
    starts.push(text.len());
    let pairs: Vec<(usize, usize)> =
        starts.windows(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?))).collect();
    pairs.into_iter().filter_map(move |(from, to)| text.get(from..to))
}

/// URL and body of a `curl` command.
fn curl(command: &str) -> (String, Option<String>) {
    let words = shell_words(command);
    let (mut url, mut body) = (String::new(), None);
    let mut words = words.into_iter().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--data-raw" | "--data" | "-d" | "--data-binary" | "--data-urlencode" => {
                body = words.next();
            }
            "-H" | "--header" | "-X" | "--request" | "-b" | "--cookie" | "-A" | "--user-agent"
            | "-e" | "--referer" => {
                words.next();
            }
            "--url" => url = words.next().unwrap_or_default(),
            other
                if url.is_empty()
                    && (other.starts_with("http://") || other.starts_with("https://")) =>
            {
                other.clone_into(&mut url);
            }
            _ => {}
        }
    }
    (url, body)
}

/// Words of a command line as bash reads them (`'…'`, `$'…'`, `"…"`), and as cmd does (`^` before any character).
fn shell_words(command: &str) -> Vec<String> {
    let of_cmd = command.contains("^\"");
    let unescaped = of_cmd.then(|| without_carets(command));
    let (mut words, mut word, mut open) = (Vec::new(), String::new(), false);
    let mut characters = unescaped.as_deref().unwrap_or(command).chars().peekable();
    let mut quote: Option<char> = None;
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(own), _) if character == own => quote = None,
            (Some('"') | None, '\\') => match characters.next() {
                Some('\n') | None => {}
                Some('\r') => drop(characters.next_if_eq(&'\n')),
                Some(next) => word.push(next),
            },
            (None, '\'' | '"') => {
                quote = Some(character);
                open = true;
            }
            (None, '$') if characters.peek() == Some(&'\'') => {}
            (None, blank) if blank.is_whitespace() => {
                if open || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                open = false;
            }
            (_, other) => word.push(other),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// A command line of cmd without the carets that shield each character, line ends among them.
fn without_carets(command: &str) -> String {
    let mut out = String::with_capacity(command.len());
    let mut characters = command.chars();
    while let Some(character) = characters.next() {
        match character {
            '^' => match characters.next() {
                Some('\r' | '\n') | None => out.push(' '),
                Some(next) => out.push(next),
            },
            other => out.push(other),
        }
    }
    out
}

/// URL and body of a `fetch` call: its first string, and the string behind `"body":`.
fn fetch(call: &str) -> (String, Option<String>) {
    let url = call.split_once('(').and_then(|(_, rest)| json_string(rest)).unwrap_or_default();
    let body = call.split_once("\"body\":").and_then(|(_, rest)| json_string(rest));
    (url, body)
}

/// The JSON string a text begins with.
fn json_string(text: &str) -> Option<String> {
    let mut strings = serde_json::Deserializer::from_str(text.trim_start()).into_iter::<String>();
    strings.next()?.ok()
}

#[cfg(test)]
mod tests {
    use super::messages;

    #[test]
    fn commands_of_every_browser_are_read() {
        let bash = "curl 'https://sp.example/acs' \\\n  -H 'origin: https://idp.example' \\\n  --data-raw 'SAMLResponse=PHM%2B&RelayState=x'";
        assert_eq!(messages(bash).unwrap(), ["SAMLResponse=PHM%2B&RelayState=x"]);
        let all = "curl 'https://sp.example/' ;\ncurl 'https://idp.example/sso?SAMLRequest=nZJL&RelayState=%2F' --compressed";
        assert_eq!(
            messages(all).unwrap(),
            ["https://idp.example/sso?SAMLRequest=nZJL&RelayState=%2F"]
        );
        let cmd = "curl ^\"https://sp.example/acs^\" ^\r\n  -H ^\"accept: */*^\" ^\r\n  --data-raw ^\"SAMLResponse=PHM^%^2B^\"";
        assert_eq!(messages(cmd).unwrap(), ["SAMLResponse=PHM%2B"]);
        let fetch = "await fetch(\"https://sp.example/acs\", {\n  \"headers\": {},\n  \"body\": \"SAMLResponse=PHM%2B\",\n  \"method\": \"POST\"\n});";
        assert_eq!(messages(fetch).unwrap(), ["SAMLResponse=PHM%2B"]);
        assert_eq!(messages("curl 'https://sp.example/hub'").unwrap(), Vec::<String>::new());
        assert!(messages("the curl tool").is_none());
    }
}
