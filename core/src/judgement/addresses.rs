//! Addresses that tell how a sign-in ended: made for showing an error, or for logging in.

use diag_sdk::address::leads_to_a_logout;
use url::Url;

/// Words that, as the last step of a path, name an address for errors.
const ERROR_WORDS: &[&str] = &[
    "error",
    "errors",
    "failed",
    "failure",
    "denied",
    "unauthorized",
    "unauthorised",
    "forbidden",
    "loginfailed",
    "loginerror",
    "autherror",
    "samlerror",
    "ssoerror",
    "notauthorized",
    "accessdenied",
    "fehler",
    "erreur",
];
/// Parameters that only stand in the address of an error.
const ERROR_PARAMETERS: &[&str] = &[
    "error",
    "errorcode",
    "error_code",
    "err",
    "errcode",
    "error_description",
    "errordescription",
    "errormessage",
    "error_message",
    "errormsg",
    "saml_error",
    "samlerror",
    "autherror",
    "auth_error",
    "loginerror",
    "login_error",
    "ssoerror",
    "sso_error",
    "loginfailed",
    "failure",
];
/// Words that, as a step of a path, name an address for logging in.
const LOGIN_WORDS: &[&str] = &[
    "login",
    "log-in",
    "signin",
    "sign-in",
    "sign_in",
    "logon",
    "sign-on",
    "form-authentication",
    "auth",
    "anmelden",
    "connexion",
];

/// An address by which service providers show that they refused: its last step, a parameter of its
/// query, or a step of the route in its fragment names an error. A word further up in the path may
/// be an application's own (`/errors/dashboard`).
pub(crate) fn names_an_error(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    let last =
        url.path_segments().and_then(|segments| segments.rev().find(|segment| !segment.is_empty()));
    let in_path = last.is_some_and(is_error_word) || below_error(url.path());
    let in_query = url.query_pairs().any(|(name, value)| is_error_parameter(&name, &value));
    let in_fragment = url.fragment().is_some_and(|fragment| {
        let (route, query) = fragment.split_once('?').unwrap_or((fragment, ""));
        let in_route = fragment.starts_with(['/', '!']) && route.split('/').any(is_error_word);
        let pairs = if fragment.starts_with(['/', '!']) { query } else { fragment };
        in_route
            || url::form_urlencoded::parse(pairs.as_bytes())
                .any(|(name, value)| is_error_parameter(&name, &value))
    });
    in_path || in_query || in_fragment
}

/// `/error/16`, `/error/saml`: a page for errors with its number or kind.
fn below_error(path: &str) -> bool {
    let mut segments = path.split('/').filter(|segment| !segment.is_empty()).rev();
    let (last, before) = (segments.next(), segments.next());
    let short = |last: &str| {
        last.bytes().all(|byte| byte.is_ascii_digit())
            || matches!(last, "saml" | "saml2" | "sso" | "login" | "signin" | "auth")
    };
    last.is_some_and(short) && before == Some("error")
}

fn is_error_word(segment: &str) -> bool {
    segment
        .to_ascii_lowercase()
        .split(|character: char| !character.is_ascii_alphanumeric())
        .any(|word| ERROR_WORDS.contains(&word))
}

fn is_error_parameter(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ERROR_PARAMETERS.contains(&name.as_str()) && !matches!(value, "0" | "false" | "none" | "null")
}

/// An address at which people log in.
pub(crate) fn names_a_login(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    let bare = |segment: &str| segment.split('.').next().unwrap_or_default().to_ascii_lowercase();
    // `/login/index.php` is the page of `/login/`.
    let last = url
        .path_segments()
        .and_then(|segments| {
            segments
                .map(bare)
                .rfind(|segment| !matches!(segment.as_str(), "" | "index" | "default"))
        })
        .unwrap_or_default();
    LOGIN_WORDS.contains(&last.as_str()) && last != "auth"
}

/// An address at which people sign out, by a step of its path.
pub(crate) fn names_a_logout(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    leads_to_a_logout(url.path())
}

/// An address at which people are told that they have signed out: its last step speaks of nothing else.
pub(crate) fn says_signed_out(url: &str) -> bool {
    const DONE: &[&str] = &[
        "loggedout",
        "signedout",
        "loggedoff",
        "logoutcomplete",
        "externallogoutcomplete",
        "logoutsuccess",
        "logoutsuccessful",
    ];
    let Ok(url) = Url::parse(url) else { return false };
    let last = url
        .path_segments()
        .and_then(|segments| segments.rev().find(|segment| !segment.is_empty()))
        .unwrap_or_default()
        .to_ascii_lowercase();
    let bare: String = last
        .split('.')
        .next()
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    DONE.contains(&bare.as_str())
}

/// The address could be that of a log-in page; only what it shows tells.
pub(crate) fn may_be_a_login(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    let path = url.path().to_ascii_lowercase();
    LOGIN_WORDS.iter().any(|word| path.split(['/', '.', '_']).any(|segment| segment == *word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_a_login_folder_is_a_login() {
        for (url, login) in [
            ("https://sp.example/login/index.php", true),
            ("https://sp.example/login/Default.aspx?ReturnUrl=%2F", true),
            ("https://sp.example/login.php", true),
            ("https://sp.example/Login/", true),
            ("https://sp.example/index.php", false),
            ("https://sp.example/login/report", false),
            ("https://sp.example/", false),
        ] {
            assert_eq!(names_a_login(url), login, "{url}");
        }
    }

    #[test]
    fn pages_of_those_who_left_are_told_from_the_way_out() {
        for url in
            ["https://sp.example/external_logout_complete.do", "https://sp.example/logged-out"]
        {
            assert!(says_signed_out(url), "{url}");
        }
        for url in [
            "https://sp.example/logout",
            "https://sp.example/loggedout/report",
            "https://sp.example/",
        ] {
            assert!(!says_signed_out(url), "{url}");
        }
    }

    #[test]
    fn error_addresses_are_told_from_others() {
        for url in [
            "https://sp.example/login?error",
            "https://sp.example/saml/error",
            "https://sp.example/access-denied",
            "https://sp.example/error/saml",
            "https://sp.example/#/error/signin/16?redirect=%2F",
            "https://sp.example/login?samlError=email-mismatch",
            "https://sp.example/app#error=access_denied&state=x",
        ] {
            assert!(names_an_error(url), "{url}");
        }
        for url in [
            "https://sp.example/hub",
            "https://sp.example/errorlog-app/hub",
            "https://error.example/",
            "https://sp.example/?errors=2",
            "https://sp.example/errors/dashboard?show=error-rate",
            "https://sp.example/?error=0",
            "https://sp.example/#/dashboard/errors2",
        ] {
            assert!(!names_an_error(url), "{url}");
        }
    }

    #[test]
    fn log_in_addresses() {
        for url in [
            "https://sp.example/login",
            "https://sp.example/users/sign_in?x=1",
            "https://sp.example/Login.aspx",
        ] {
            assert!(names_a_login(url), "{url}");
        }
        for url in [
            "https://sp.example/login/callback",
            "https://sp.example/saml/auth",
            "https://sp.example/logins",
        ] {
            assert!(!names_a_login(url), "{url}");
        }
        assert!(may_be_a_login("https://sp.example/auth/x"));
        assert!(
            names_a_logout("https://sp.example/users/sign_out?x=1")
                && names_a_logout("https://sp.example/logout.do")
        );
        assert!(
            !names_a_logout("https://sp.example/login")
                && !names_a_logout("https://sp.example/logouts")
        );
    }
}
