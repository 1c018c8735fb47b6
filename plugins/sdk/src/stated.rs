//! What a stated reason calls for where nothing in the files accounts for it: who has to look where. One table, so
//! that a reason that was understood is never answered with "the log knows".

use crate::case::judgement::{Failure, Party, Statement};
use crate::finding::{CauseData, Who};
use crate::meaning::Meaning;
use crate::setting::Setting;
use crate::stage::Stage;

const fn row(
    meaning: Meaning,
    who: Who,
    setting: Setting,
    text: &'static str,
    fix: &'static str,
) -> (Meaning, CauseData) {
    (meaning, CauseData { text, who, setting, fix })
}

/// One user may have so many sessions, and no more.
pub const SESSION_LIMIT: CauseData = CauseData {
    text: "The person has as many sessions as one user may have: other browsers and devices, or each request that comes without the session's cookie begins another",
    who: Who::Sp,
    setting: Setting::SpSessionCookieAttributes,
    fix: "Have the person sign out elsewhere or wait until the sessions end; where they come back at once, see whether the session cookie returns with each request",
};

/// Reasons of a service provider.
static OF_SP: &[(Meaning, CauseData)] = &[
    row(
        Meaning::AccessDenied,
        Who::Sp,
        Setting::SpAccessRule,
        "The service provider knows the person and does not let them have what they asked for",
        "Give the person the licence, role or rule that the application asks for",
    ),
    row(
        Meaning::AccountTaken,
        Who::Sp,
        Setting::SpUserIdAttribute,
        "Another account already has the name or address this person comes with",
        "Link the existing account to this person, or take the address from the one that has it",
    ),
    row(
        Meaning::Algorithm,
        Who::Idp,
        Setting::IdpSigningOption,
        "The service provider does not take the algorithm the message is signed or encrypted with",
        "Use an algorithm the service provider takes, such as RSA with SHA-256",
    ),
    row(
        Meaning::AttributeMissing,
        Who::Idp,
        Setting::IdpClaims,
        "An attribute the service provider wants is not sent under the name it looks for",
        "Send the attribute under exactly that name, and see that the person has a value for it",
    ),
    row(
        Meaning::AttributeValue,
        Who::Idp,
        Setting::IdpClaims,
        "The service provider cannot use the value of an attribute or of the NameID",
        "Send a value of the form the service provider names",
    ),
    row(
        Meaning::Audience,
        Who::Idp,
        Setting::IdpIdentifier,
        "The assertion names another audience than the service provider's entityID",
        "Register exactly the entityID that the service provider goes by",
    ),
    row(
        Meaning::AuthnContext,
        Who::Sp,
        Setting::SpAuthenticationMethod,
        "The person signed in another way than the service provider asks for",
        "Ask for no particular authentication context, or let the identity provider meet it",
    ),
    row(
        Meaning::AuthnTooOld,
        Who::Sp,
        Setting::Unspecified,
        "The person's log-in at the identity provider is older than the service provider allows",
        "Allow an older log-in, or ask with ForceAuthn",
    ),
    row(
        Meaning::Blocked,
        Who::Network,
        Setting::Gateway,
        "A firewall or guard in front of the service provider refused the request",
        "Find the rule that fired by the id and time on the page, and let the sign-in through",
    ),
    row(
        Meaning::Certificate,
        Who::Sp,
        Setting::SpIdpMetadata,
        "The service provider cannot use the certificate it holds, or the one in the message",
        "Load the identity provider's current signing certificate, whole and in the form that is asked for",
    ),
    row(
        Meaning::Clock,
        Who::Sp,
        Setting::SpClock,
        "The clocks of the two sides differ",
        "Let the servers of both sides take their time from a time server",
    ),
    row(
        Meaning::Configuration,
        Who::Sp,
        Setting::SpAuthenticationMethod,
        "Single sign-on is switched off there or not completely set up",
        "Complete the set-up and switch it on",
    ),
    row(
        Meaning::CrossSite,
        Who::Sp,
        Setting::SpRequestGuard,
        "The service provider's guard against cross-site requests refused the posted response",
        "Exempt the assertion consumer service from that guard: the response is protected by its signature",
    ),
    row(
        Meaning::Damaged,
        Who::Network,
        Setting::Gateway,
        "The message arrived altered or cut short",
        "Compare what was sent with what arrived, and take out whatever rewrites it",
    ),
    row(
        Meaning::Decrypt,
        Who::Idp,
        Setting::IdpTokenEncryption,
        "The service provider cannot decrypt what was encrypted for it",
        "Encrypt for the certificate the service provider publishes now",
    ),
    row(
        Meaning::Destination,
        Who::Sp,
        Setting::SpHostUri,
        "The service provider takes its address for another one than the response names",
        "Tell the service provider its public address, as people and the identity provider use it",
    ),
    row(
        Meaning::Expired,
        Who::Sp,
        Setting::SpClock,
        "The service provider takes the message for too old",
        "Set the clocks of both sides by a time server, and sign in again without waiting",
    ),
    row(
        Meaning::Gateway,
        Who::Network,
        Setting::Gateway,
        "What stands in front of the service provider got no proper answer from it",
        "See whether the application behind runs, and whether its headers and cookies fit the buffers in front of it",
    ),
    row(
        Meaning::HostHeader,
        Who::Sp,
        Setting::SpHostAllowList,
        "The service provider does not take the host name it is called by",
        "Add the host name to those it accepts",
    ),
    row(
        Meaning::InResponseTo,
        Who::User,
        Setting::Browser,
        "The response answers a request the service provider does not remember",
        "Start once at the application, in one tab, without going back",
    ),
    row(
        Meaning::Insecure,
        Who::Sp,
        Setting::SpHostUri,
        "The service provider wants an encrypted connection",
        "Use https for its address on both sides",
    ),
    row(
        Meaning::Issuer,
        Who::Sp,
        Setting::SpIdpMetadata,
        "The service provider knows the identity provider under another entityID",
        "Load the metadata of exactly this identity provider",
    ),
    row(
        Meaning::Malformed,
        Who::Idp,
        Setting::Unspecified,
        "The message is not built as the service provider wants it",
        "Compare its structure with what the service provider names, and with the SAML schema",
    ),
    row(
        Meaning::MessageMissing,
        Who::Network,
        Setting::Gateway,
        "The message did not arrive with the request",
        "See what drops the posted form on the way: a redirect, a rewrite, or a body limit",
    ),
    row(
        Meaning::NameIdFormat,
        Who::Idp,
        Setting::IdpClaims,
        "The NameID has another format than the service provider takes",
        "Send the NameID in the format it asks for",
    ),
    row(
        Meaning::NameIdMissing,
        Who::Idp,
        Setting::IdpClaims,
        "The assertion has no usable NameID",
        "Fill the NameID from a field that everybody has",
    ),
    row(
        Meaning::NoLicence,
        Who::Sp,
        Setting::SpLicences,
        "The person is signed in and has no licence, pass or role there",
        "Give one to exactly this user, or let new users get one by a rule",
    ),
    (Meaning::SessionLimit, SESSION_LIMIT),
    row(
        Meaning::NoSession,
        Who::User,
        Setting::Browser,
        "The session in which the sign-in began is gone",
        "Start again at the application; if it stays, see why its cookie does not come back",
    ),
    row(
        Meaning::NotProvisioned,
        Who::Sp,
        Setting::SpUserIdAttribute,
        "The service provider has no account for the person it was told of",
        "Create the account, let accounts be created at sign-in, or match them by the value that is sent",
    ),
    row(
        Meaning::NotYetValid,
        Who::Sp,
        Setting::SpClock,
        "The service provider takes the message for one from the future",
        "Set the clocks of both sides by a time server",
    ),
    row(
        Meaning::Origin,
        Who::Sp,
        Setting::SpHostAllowList,
        "The page that asks is of an origin the service provider does not let in",
        "Let that origin in, with the headers that browsers want for it",
    ),
    row(
        Meaning::OwnAlgorithm,
        Who::Sp,
        Setting::SpCertificate,
        "The server cannot sign by the algorithm that is set, because of where its private key is kept",
        "Import the certificate with its private key into a provider that can, or set an algorithm that is served",
    ),
    row(
        Meaning::OwnCertificate,
        Who::Sp,
        Setting::SpCertificate,
        "The server cannot use its own certificate or the private key of it",
        "Give the service's account access to the private key, or choose a certificate that has one, and restart",
    ),
    row(
        Meaning::RateLimited,
        Who::Network,
        Setting::Gateway,
        "More requests came from one address, or for one person, than are taken in so short a time",
        "Wait, and sign in once in a new window; where many people share an address or something repeats the requests, end that or raise the limit for the addresses of the sign-in",
    ),
    row(
        Meaning::Recipient,
        Who::Sp,
        Setting::SpHostUri,
        "The service provider takes its address for another one than the assertion names",
        "Tell the service provider its public address, as people and the identity provider use it",
    ),
    row(
        Meaning::RedirectRefused,
        Who::Idp,
        Setting::IdpRelayState,
        "The service provider does not lead to the address that was asked for",
        "Leave RelayState empty, or let it name an address the service provider allows",
    ),
    row(
        Meaning::RelayState,
        Who::Idp,
        Setting::IdpRelayState,
        "The service provider does not take the RelayState",
        "Send back the RelayState of the request, or start at the application",
    ),
    row(
        Meaning::Replay,
        Who::User,
        Setting::Browser,
        "The same response came twice",
        "Start again at the application, without reloading the page",
    ),
    row(
        Meaning::Scheme,
        Who::Network,
        Setting::Gateway,
        "http and https were mixed up on the way",
        "Let the gateway hand over the scheme people use, and the service provider trust it",
    ),
    row(
        Meaning::Signature,
        Who::Sp,
        Setting::SpIdpMetadata,
        "The service provider cannot verify the signature with the certificate it holds",
        "Load the identity provider's current signing certificate or metadata",
    ),
    row(
        Meaning::Tls,
        Who::Network,
        Setting::Gateway,
        "The TLS certificate of a server is not trusted",
        "Install a certificate that is valid for the name, with its chain",
    ),
    row(
        Meaning::TooLarge,
        Who::Network,
        Setting::SpSizeLimits,
        "The request exceeds a size limit",
        "Raise the limits for headers and bodies, or send fewer attributes and cookies",
    ),
    row(
        Meaning::UnencryptedAssertion,
        Who::Idp,
        Setting::IdpTokenEncryption,
        "The service provider wants the assertion encrypted",
        "Encrypt the assertion for the service provider's certificate",
    ),
    row(
        Meaning::UnknownIdp,
        Who::Sp,
        Setting::SpIdpMetadata,
        "The service provider has no metadata of this identity provider",
        "Load the identity provider's metadata",
    ),
    row(
        Meaning::UnknownKey,
        Who::Sp,
        Setting::SpIdpMetadata,
        "The certificate that the service provider holds is not the one the identity provider signs with",
        "Load the identity provider's current signing certificate or metadata",
    ),
    row(
        Meaning::UnsignedAssertion,
        Who::Idp,
        Setting::IdpSigningOption,
        "The service provider wants the assertion signed",
        "Sign the assertion",
    ),
    row(
        Meaning::UnsignedMessage,
        Who::Idp,
        Setting::IdpSigningOption,
        "The service provider wants the response signed",
        "Sign the response as well as the assertion",
    ),
    row(
        Meaning::Unsolicited,
        Who::Idp,
        Setting::IdpSignOnUrl,
        "The service provider takes no sign-in that starts at the identity provider",
        "Let people start at the application, or allow sign-ins that start at the identity provider there",
    ),
    row(
        Meaning::UserDisabled,
        Who::Sp,
        Setting::SpUsers,
        "The service provider keeps the person's account locked or inactive",
        "Unlock or activate the account there",
    ),
    row(
        Meaning::WrongAcs,
        Who::Idp,
        Setting::IdpReplyUrl,
        "The response was sent to an address that takes none",
        "Register the assertion consumer service URL of the service provider's metadata",
    ),
    row(
        Meaning::WrongBinding,
        Who::Idp,
        Setting::IdpReplyUrl,
        "The response came by another binding than this address takes",
        "Send the response by HTTP-POST to the URL that takes it",
    ),
];

/// The application misses the session that was begun when it took the response.
static NO_SESSION_THERE: CauseData = CauseData {
    text: "The application took the response and does not keep the session it began: the account lacks what it needs there (a profile or role), or the session's cookie does not come back",
    who: Who::Sp,
    setting: Setting::SpUsers,
    fix: "See in the application's log why the session was ended, and give the account what it lacks; then look whether the cookie that was set with the response is sent with the next request",
};

/// The statement of a failure that tells most, and what it calls for, where a service provider or what stands in
/// front of it made it.
pub fn called_for(failure: &Failure) -> Option<(&Statement, CauseData)> {
    if !matches!(failure.party, Party::Sp | Party::Between) {
        return None;
    }
    failure.said.iter().find_map(|statement| {
        let (_, cause) = OF_SP.iter().find(|(meaning, _)| *meaning == statement.meaning)?;
        // Once the response was taken it is not the session of the sign-in that is missed.
        let landed = statement.meaning == Meaning::NoSession
            && matches!(failure.stage, Stage::Landing | Stage::Session);
        let cause = if landed { &NO_SESSION_THERE } else { cause };
        Some((statement, CauseData { who: statement.who.unwrap_or(cause.who), ..*cause }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn said(meaning: Meaning, party: Party) -> Failure {
        Failure {
            party,
            said: vec![Statement { meaning, ..Statement::default() }],
            ..Failure::default()
        }
    }

    #[test]
    fn what_is_understood_calls_for_somebody() {
        let called = said(Meaning::NotProvisioned, Party::Sp);
        let (_, cause) = called_for(&called).expect("an account is missing");
        assert_eq!((cause.who, cause.setting), (Who::Sp, Setting::SpUserIdAttribute));
        let mut named = said(Meaning::AttributeMissing, Party::Sp);
        named.said[0].who = Some(Who::Sp);
        assert_eq!(
            called_for(&named).map(|(_, cause)| cause.who),
            Some(Who::Sp),
            "the product's own word counts"
        );
        assert!(called_for(&said(Meaning::Refused, Party::Sp)).is_none(), "no reason is no reason");
        assert!(called_for(&said(Meaning::Audience, Party::Idp)).is_none());
    }

    #[test]
    fn each_meaning_stands_once_and_no_vague_one() {
        let meanings: BTreeSet<Meaning> = OF_SP.iter().map(|(meaning, _)| *meaning).collect();
        assert_eq!(meanings.len(), OF_SP.len());
        // Access denied states something, and says so little that checks treat it as vague.
        assert!(
            meanings.iter().all(|meaning| !meaning.is_vague() || *meaning == Meaning::AccessDenied)
        );
    }
}
