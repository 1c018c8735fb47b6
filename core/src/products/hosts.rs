//! Hosts that belong to a product, whatever a capture or a configuration says of them.

use diag_sdk::host::host_of;

/// Hosts at which Microsoft Entra ID signs people in or issues tokens, national clouds included.
/// Source: <https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud>.
pub(crate) const IDP_HOSTS: &[&str] = &[
    "login.microsoftonline.com",
    "login.microsoftonline.us",
    "login.microsoftonline.de",
    "login.partner.microsoftonline.cn",
    "login.chinacloudapi.cn",
    "login.microsoft.com",
    "login.windows.net",
    "login.live.com",
    "sts.windows.net",
    "sts.chinacloudapi.cn",
    "sts.microsoftonline.de",
    "device.login.microsoftonline.com",
    "autologon.microsoftazuread-sso.com",
];

/// The URL is one of Microsoft Entra ID.
pub(crate) fn is_entra(url: &str) -> bool {
    host_of(url).is_some_and(|host| IDP_HOSTS.contains(&host.as_str()))
}
