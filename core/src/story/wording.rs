//! General words by which titles, headings and alerts say that something went wrong, in the
//! languages pages come in. They carry little weight: nothing here outweighs what the browser did.
//!
//! Two kinds: words of a failed sign-in mean just that wherever they stand in a heading; words of
//! any error do so only where they are the heading ("Access denied"), since applications speak about
//! errors as well ("Access denied events", "Error rates").

/// A sign-in failed. English, German, French, Spanish; lower case, straight quotes.
const FAILED_SIGN_IN: &[&str] = &[
    "authentication failed",
    "authentication failure",
    "authentication error",
    "authentication problem",
    "authentication unsuccessful",
    "not authenticated",
    "could not be authenticated",
    "failed to authenticate",
    "cannot be authenticated",
    "login failed",
    "log in failed",
    "log-in failed",
    "logon failed",
    "login error",
    "login problem",
    "login was not successful",
    "login unsuccessful",
    "sign-in failed",
    "sign in failed",
    "signin failed",
    "sign-on failed",
    "sign on failed",
    "sign-in error",
    "sign in error",
    "sign-in problem",
    "sign in problem",
    "sign-in was not successful",
    "single sign-on error",
    "single sign-on failed",
    "single sign on error",
    "sso error",
    "sso failed",
    "saml error",
    "saml response rejected",
    "saml authentication",
    "unable to sign in",
    "unable to sign you in",
    "unable to log in",
    "unable to log you in",
    "unable to authenticate",
    "couldn't sign you in",
    "couldn't log you in",
    "could not sign you in",
    "could not log you in",
    "can't sign you in",
    "can't log you in",
    "cannot sign you in",
    "cannot log you in",
    "problem with single sign-on",
    "problem with single sign on",
    "problem with sso",
    "problem with your single sign-on",
    "trouble signing you in",
    "trouble logging you in",
    "problem signing you in",
    "problem logging you in",
    "account is not active",
    "account is inactive",
    "account is disabled",
    "account not provisioned",
    "state information lost",
    "missing cookie",
    "stale request",
    "unknown identity provider",
    "unknown service provider",
    "message security error",
    "unsupported request",
    "unable to respond",
    "anmeldung fehlgeschlagen",
    "anmeldung gescheitert",
    "anmeldung nicht möglich",
    "anmeldung war nicht erfolgreich",
    "anmeldefehler",
    "fehler bei der anmeldung",
    "login fehlgeschlagen",
    "einloggen fehlgeschlagen",
    "authentifizierung fehlgeschlagen",
    "authentifizierungsfehler",
    "nicht authentifiziert",
    "konnte sie nicht anmelden",
    "konnten sie nicht anmelden",
    "nicht angemeldet werden",
    "échec de l'authentification",
    "échec d'authentification",
    "échec de la connexion",
    "échec de connexion",
    "erreur d'authentification",
    "erreur de connexion",
    "authentification échouée",
    "authentification a échoué",
    "connexion a échoué",
    "connexion impossible",
    "impossible de vous connecter",
    "impossible de se connecter",
    "problème de connexion",
    "error de autenticación",
    "autenticación fallida",
    "fallo de autenticación",
    "error de inicio de sesión",
    "error al iniciar sesión",
    "inicio de sesión fallido",
    "inicio de sesión incorrecto",
    "no se pudo iniciar sesión",
    "no se pudo iniciar la sesión",
    "no se ha podido iniciar sesión",
    "no hemos podido iniciar",
    "認証に失敗しました",
    "認証エラー",
    "ログインに失敗しました",
    "ログインできません",
    "ログインできませんでした",
    "サインインに失敗しました",
    "サインインできません",
    "サインインできませんでした",
];

/// An error of any kind, where a heading is nothing else.
const ERRORS: &[&str] = &[
    "unable to complete request",
    "unable to complete your request",
    "unable to complete the request",
    "access denied",
    "access is denied",
    "access forbidden",
    "access refused",
    "permission denied",
    "forbidden",
    "unauthorized",
    "unauthorised",
    "not authorized",
    "not authorised",
    "you are not authorized",
    "you don't have permission",
    "you do not have permission",
    "bad request",
    "invalid request",
    "not found",
    "page not found",
    "method not allowed",
    "internal server error",
    "server error",
    "application error",
    "runtime error",
    "bad gateway",
    "service unavailable",
    "service temporarily unavailable",
    "gateway timeout",
    "gateway time-out",
    "request entity too large",
    "request header or cookie too large",
    "an error occurred",
    "an error has occurred",
    "error occurred",
    "unexpected error",
    "unhandled exception",
    "exception",
    "something went wrong",
    "something has gone wrong",
    "this site can't be reached",
    "zugriff verweigert",
    "zugriff nicht gestattet",
    "keine berechtigung",
    "nicht autorisiert",
    "nicht gefunden",
    "seite nicht gefunden",
    "interner serverfehler",
    "ein fehler ist aufgetreten",
    "es ist ein fehler aufgetreten",
    "etwas ist schiefgelaufen",
    "ungültige anfrage",
    "accès refusé",
    "accès interdit",
    "non autorisé",
    "page introuvable",
    "page non trouvée",
    "erreur interne du serveur",
    "une erreur est survenue",
    "une erreur s'est produite",
    "requête incorrecte",
    "acceso denegado",
    "acceso prohibido",
    "no autorizado",
    "página no encontrada",
    "error interno del servidor",
    "se ha producido un error",
    "se produjo un error",
    "ha ocurrido un error",
    "algo salió mal",
    "solicitud incorrecta",
];

/// Words that are an error page's whole heading, or begin it before a number, a mark or a connecting word.
const BEGINNINGS: &[&str] = &[
    "error",
    "fehler",
    "erreur",
    "exception",
    "oops",
    "ooops",
    "sorry",
    "we are sorry",
    "we're sorry",
    "uh oh",
    "whoops",
];

/// Words after which the heading of an error page goes on; after anything else it is about errors.
const CONNECTING: &[&str] = &[
    "to",
    "for",
    "by",
    "because",
    "due",
    "while",
    "during",
    "in",
    "on",
    "at",
    "when",
    "with",
    "occurred",
    "processing",
    "validating",
    "code",
    "your",
    "you",
    "the",
    "this",
    "we",
    "-",
    "bei",
    "beim",
    "von",
    "wegen",
    "für",
    "auf",
    "im",
    "lors",
    "de",
    "du",
    "à",
    "pour",
    "al",
    "en",
    "del",
    "para",
    "por",
];

/// Longer headings are articles.
const MOST_WORDS: usize = 14;

/// Straight quotes, lower case.
fn plain(text: &str) -> String {
    text.to_lowercase().replace(['\u{2019}', '\u{2018}', '\u{b4}', '`'], "'").replace('\u{a0}', " ")
}

/// A title, heading or alert that says a sign-in failed.
pub(crate) fn says_sign_in_failed(text: &str) -> bool {
    let text = plain(text);
    if is_of_an_article(&text) {
        return false;
    }
    FAILED_SIGN_IN
        .iter()
        .any(|words| text.match_indices(words).any(|(at, _)| ends_or_connects(&text[at..], words)))
}

/// It heads what is written about such failures, and no failure: `Release notes: fixed "login failed"`, `Why your login failed: a guide`.
fn is_of_an_article(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "release notes",
        "changelog",
        "what's new",
        "fixed",
        "how to",
        "a guide",
        "guide for",
        "troubleshooting",
        "versionshinweise",
        "notes de version",
    ];
    WORDS.iter().any(|words| text.contains(words))
        || text.starts_with("why ") && !text.ends_with('?')
}

/// A heading that greets who has come in.
pub(crate) fn greets(heading: &str) -> bool {
    const WORDS: &[&str] = &[
        "welcome",
        "hello",
        "hi",
        "willkommen",
        "hallo",
        "bienvenue",
        "bonjour",
        "bienvenido",
        "hola",
    ];
    let plain = plain(heading);
    plain
        .split(|letter: char| !letter.is_alphabetic())
        .next()
        .is_some_and(|first| WORDS.contains(&first))
}

/// A title or heading of a page that lets nobody in: the sign-in failed, or access is denied.
pub(crate) fn says_kept_out(heading: &str) -> bool {
    const DENIED: &[&str] = &[
        "denied",
        "forbidden",
        "refused",
        "authori",
        "verweigert",
        "refusé",
        "interdit",
        "denegado",
        "prohibido",
    ];
    let denies = || {
        let plain = plain(heading);
        DENIED.iter().any(|word| plain.contains(word))
    };
    says_sign_in_failed(heading) || names_an_error(heading) && denies()
}

/// A title or heading that only error pages have.
pub(crate) fn names_an_error(heading: &str) -> bool {
    let heading = plain(heading);
    let words = heading
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .count();
    if words > MOST_WORDS {
        return false;
    }
    says_sign_in_failed(&heading) || parts(&heading).any(is_an_error)
}

/// The parts of a heading between the marks that titles set between page and product.
fn parts(heading: &str) -> impl Iterator<Item = &str> {
    std::iter::once(heading)
        .chain(heading.split(['|', '·', '–', '—', '»', '‹', '›', ':']))
        .chain(heading.split(" - "))
        .map(str::trim)
}

fn is_an_error(part: &str) -> bool {
    // "404", "HTTP 500", "HTTP Status 404 – Not Found".
    let bare =
        part.trim_start_matches("http").trim_start().trim_start_matches("status").trim_start();
    let number: String = bare.chars().take_while(char::is_ascii_digit).collect();
    let after = bare[number.len()..].trim_matches(|character: char| !character.is_alphanumeric());
    let by_number = number.len() == 3 && (number.starts_with('4') || number.starts_with('5'));
    if by_number && (after.is_empty() || ERRORS.iter().any(|words| after.starts_with(words))) {
        return true;
    }
    ERRORS.iter().any(|words| ends_or_connects(part, words) || part.strip_suffix(words).is_some_and(few_words))
        || BEGINNINGS.iter().any(|words| ends_or_connects(part, words))
        // "ValidationError", "opensaml::FatalProfileException".
        || part.split_whitespace().next_back().is_some_and(|word| !part.contains(' ') && word.len() > 9 && (word.ends_with("exception") || word.ends_with("error")))
}

/// The part begins with the words and ends there, or goes on as error pages do.
fn ends_or_connects(part: &str, words: &str) -> bool {
    part.strip_prefix(words).is_some_and(|rest| {
        let next = rest
            .trim_start_matches(|character: char| !character.is_alphanumeric() && character != '-');
        let ends =
            next.is_empty() || next.starts_with(|character: char| character.is_ascii_digit());
        let marked = rest.starts_with(['!', '.', ',', ':', ';', '(', '[']);
        let connects = rest.starts_with(' ')
            && CONNECTING.contains(&next.split_whitespace().next().unwrap_or_default());
        ends || marked || connects
    })
}

/// "Your", "HTTP 403", "You are": what may stand before the words of an error.
fn few_words(before: &str) -> bool {
    before.is_empty()
        || (before.ends_with([' ', '-', '–', ':']) && before.split_whitespace().count() <= 3)
}

/// A title or heading of a page that asks people to sign in.
pub(crate) fn asks_to_sign_in(heading: &str) -> bool {
    const ASKS: &[&str] = &[
        "sign in",
        "sign-in",
        "signin",
        "log in",
        "log-in",
        "login",
        "logon",
        "sign on",
        "please sign in",
        "please log in",
        "anmelden",
        "anmeldung",
        "einloggen",
        "bitte anmelden",
        "bitte melden sie sich an",
        "connexion",
        "se connecter",
        "identification",
        "connectez-vous",
        "iniciar sesión",
        "inicio de sesión",
        "acceder",
        "inicie sesión",
    ];
    const FOLLOWING: &[&str] = &["to", "with", "page", "in", "bei", "à", "au", "en", "a"];
    let heading = plain(heading);
    parts(&heading).any(|part| {
        ASKS.iter().any(|words| {
            part.strip_prefix(words).is_some_and(|rest| {
                rest.is_empty()
                    || (rest.starts_with(' ')
                        && FOLLOWING.contains(&rest.split_whitespace().next().unwrap_or_default()))
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_of_error_pages() {
        for heading in [
            "Error",
            "Error 400 - Bad Request",
            "Error: x",
            "Oops!",
            "Access denied",
            "Access Denied - Contoso",
            "HTTP Status 404 – Not Found",
            "403 Forbidden",
            "Sign-in problem",
            "Login was not successful",
            "Single Sign-On Error",
            "Unhandled exception",
            "SAML error at example",
            "opensaml::FatalProfileException",
            "We're sorry, something went wrong",
            "Zugriff verweigert",
            "Fehler",
            "Anmeldung fehlgeschlagen",
            "SAML認証に失敗しました。",
            "ログインできませんでした",
            "Accès refusé",
            "Une erreur est survenue",
            "Acceso denegado",
            "Error de autenticación",
            "Se ha producido un error",
            "Bad Request - authentik",
            "Error processing SAML message",
            "Unable to Sign In",
            "ValidationError",
            "500",
        ] {
            assert!(names_an_error(heading), "{heading}");
        }
    }

    #[test]
    fn headings_about_errors_are_none() {
        for heading in [
            "Access denied events - Splunk",
            "Error rates",
            "Errors per month",
            "Exceptions - Grafana",
            "How to read an error log",
            "Audit",
            "Forbidden words",
            "Fehlerberichte",
            "Fehler je Monat",
            "Erreurs du mois",
            "Errores por mes",
            "Welcome CONTOSO\\adele",
            "Dashboard",
            "404 Cafe Menu",
            "Unauthorized changes report",
            "Sign-in logs",
            "Authentication failed events",
        ] {
            assert!(!names_an_error(heading), "{heading}");
        }
    }

    #[test]
    fn pages_that_ask_to_sign_in() {
        for heading in [
            "Sign in",
            "Log in to Contoso",
            "Log In ‹ Contoso",
            "Grafana - Login",
            "Anmelden",
            "Connexion | App",
            "Iniciar sesión",
        ] {
            assert!(asks_to_sign_in(heading), "{heading}");
        }
        for heading in ["Sign-in logs", "Login history", "Dashboard", "Connexions actives"] {
            assert!(!asks_to_sign_in(heading), "{heading}");
        }
    }
}
