//! What PowerShell prints for people: not an export, though it looks like one.

/// Fields of the objects people export, as `Format-List` prints them.
const FIELDS: &[&str] = &[
    "AppId",
    "DisplayName",
    "ServicePrincipalNames",
    "ReplyUrls",
    "IdentifierUris",
    "PreferredSingleSignOnMode",
    "KeyCredentials",
    "Identifier",
    "SamlEndpoints",
    "IssuanceTransformRules",
    "SignedSamlRequestsRequired",
    "EncryptionCertificate",
];

/// Those of them that stand above columns: PowerShell's modules choose which.
const TITLES: &[&str] = &[
    "AppId",
    "ServicePrincipalType",
    "SignInAudience",
    "Identifier",
    "ReplyUrls",
    "PublisherDomain",
];

/// What it is and how to get what can be read, where a text is such a listing.
pub(super) fn powershell(text: &str) -> Option<String> {
    let named = |line: &str| {
        line.split_once(" : ")
            .or_else(|| line.split_once(": "))
            .is_some_and(|(name, _)| FIELDS.contains(&name.trim()))
    };
    let fields = text.lines().take(400).filter(|line| named(line)).count();
    let form = match fields {
        0 | 1 if is_table(text) => "Format-Table",
        0 | 1 => return None,
        _ => "Format-List",
    };
    Some(format!(
        "What PowerShell prints for people ({form}), with values cut. For one that can be read: … | ConvertTo-Json -Depth 10 > export.json"
    ))
}

/// Names of fields over a rule for each of them.
fn is_table(text: &str) -> bool {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(2).collect();
    let [heading, underline] = lines.as_slice() else { return false };
    let is_rule = |word: &str| word.bytes().all(|byte| byte == b'-');
    let columns = heading.split_whitespace().count();
    columns >= 2
        && underline.split_whitespace().count() == columns
        && underline.split_whitespace().all(is_rule)
        && heading.split_whitespace().any(|name| TITLES.contains(&name))
}
