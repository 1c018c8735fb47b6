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

/// What it is and how to get what can be read, where a text is such a listing.
pub(super) fn powershell(text: &str) -> Option<String> {
    let named =
        |line: &str| line.split_once(" : ").or_else(|| line.split_once(": ")).is_some_and(|(name, _)| FIELDS.contains(&name.trim()));
    let fields = text.lines().take(400).filter(|line| named(line)).count();
    (fields >= 2).then(|| {
        "What PowerShell prints for people (Format-List), with values cut. For one that can be read: … | ConvertTo-Json -Depth 10 > export.json".to_owned()
    })
}
