//! One `application` or `servicePrincipal`, under the names of Microsoft Graph or of the portal's
//! manifest. Values are taken as they stand; secrets (`passwordCredentials`, private keys) are not
//! even looked at.

use super::super::json::Node;
use super::credential;
use diag_sdk::Sited;
use diag_sdk::case::input::InputKind;
use diag_sdk::case::registration::{
    IdpRegistration, IndexedUrl, OptionalClaim, Registered, RegistrationObject, StatedList,
};

/// Which object it is, by members only one of the two has.
pub(super) fn kind(node: &Node<'_>) -> Option<InputKind> {
    const SERVICE_PRINCIPAL: &[&str] = &[
        "servicePrincipalNames",
        "servicePrincipalType",
        "preferredSingleSignOnMode",
        "preferredTokenSigningKeyThumbprint",
        "appRoleAssignmentRequired",
        "accountEnabled",
        "replyUrls",
        "loginUrl",
        "samlSingleSignOnSettings",
        "appOwnerOrganizationId",
        "appDisplayName",
        "notificationEmailAddresses",
    ];
    const APPLICATION: &[&str] = &[
        "identifierUris",
        "web",
        "replyUrlsWithType",
        "signInUrl",
        "signInAudience",
        "requestSignatureVerification",
        "groupMembershipClaims",
        "isFallbackPublicClient",
        "defaultRedirectUri",
        "isDisabled",
    ];
    let counts = |names: &[&str]| names.iter().filter(|name| node.has(name)).count();
    let (service_principal, application) = (counts(SERVICE_PRINCIPAL), counts(APPLICATION));
    match service_principal.cmp(&application) {
        std::cmp::Ordering::Greater => Some(InputKind::ServicePrincipal),
        std::cmp::Ordering::Less => Some(InputKind::Application),
        std::cmp::Ordering::Equal => None,
    }
}

/// What the object says.
pub(super) fn read(node: &Node<'_>, object: RegistrationObject) -> IdpRegistration {
    let app_id = node.filled("appId").map(|id| id.value);
    let registered =
        |values: Vec<Sited<String>>| values.into_iter().map(|value| Registered { value, object });
    let identifiers = ["identifierUris", "servicePrincipalNames"]
        .into_iter()
        .filter_map(|name| node.texts(name))
        .flat_map(|values| {
            registered(
                values
                    .into_iter()
                    .filter(|value| !is_app_id(&value.value, app_id.as_deref()))
                    .collect(),
            )
        })
        .collect();
    let verification = node.get("requestSignatureVerification");
    let signed_requests_required = match &verification {
        // Null is how Graph writes that the feature was never switched on.
        Some(null) if null.is_null() => Some(Sited::new(false, null.place())),
        Some(object) => object.flag("isSignedRequestRequired"),
        None => None,
    };
    let web = node.object("web");
    let lists = |names: &[&str], inside: Option<&Node<'_>>| {
        let own =
            names.iter().filter(|name| node.list(name).is_some()).map(|name| node.place_of(name));
        let inner = inside
            .filter(|inside| inside.list("redirectUris").is_some())
            .map(|inside| inside.place_of("redirectUris"));
        own.chain(inner).map(|place| StatedList { object, place }).collect::<Vec<_>>()
    };
    let is_principal = object == RegistrationObject::ServicePrincipal;
    let claims = Claims::read(node);
    IdpRegistration {
        name: ["displayName", "appDisplayName", "name"]
            .into_iter()
            .find_map(|name| node.filled(name))
            .map(|name| name.value),
        tenant: node.filled("appOwnerOrganizationId"),
        objects: vec![object],
        identifiers,
        reply_urls: registered(reply_urls(node, web.as_ref())).collect(),
        sign_on_url: sign_on_url(node),
        logout_url: node.filled("logoutUrl").or_else(|| web.as_ref()?.filled("logoutUrl")),
        relay_state: node
            .object("samlSingleSignOnSettings")
            .and_then(|settings| settings.filled("relayState")),
        sso_mode: node.get("preferredSingleSignOnMode").map(|mode| {
            let value = node.filled("preferredSingleSignOnMode").map(|mode| mode.value);
            Sited::new(value, mode.place())
        }),
        enabled: node.flag("accountEnabled"),
        deactivated: node.flag("isDisabled"),
        blocked_by_vendor: node
            .filled("disabledByMicrosoftStatus")
            .filter(|status| !status.eq_ignore_ascii_case("NotDisabled")),
        reply_url_lists: lists(&["replyUrls", "replyUrlsWithType"], web.as_ref()),
        identifier_lists: lists(&["identifierUris", "servicePrincipalNames"], None),
        reply_url_indexes: indexes(web.as_ref()),
        default_reply_url: node.filled("defaultRedirectUri"),
        instance: node.filled("id").filter(|_| is_principal),
        credentials_stated: !is_principal && node.list("keyCredentials").is_some(),
        optional_claims: claims.optional,
        accepts_mapped_claims: claims.accepts_mapped,
        sign_in_audience: node.filled("signInAudience"),
        assignment_required: node.flag("appRoleAssignmentRequired"),
        signed_requests_required,
        weak_algorithms_allowed: verification
            .filter(Node::is_object)
            .and_then(|object| object.filled("allowedWeakAlgorithms")),
        credentials: node
            .list("keyCredentials")
            .unwrap_or_default()
            .iter()
            .filter(|entry| entry.is_object())
            .take(100)
            .map(credential::read)
            .collect(),
        active_signing_thumbprint: node.filled("preferredTokenSigningKeyThumbprint"),
        encryption_key_id: node.filled("tokenEncryptionKeyId"),
        // Where the export says null, none are sent, as it is with the word for it.
        group_claims: node.filled("groupMembershipClaims").or_else(|| {
            let field =
                node.get("groupMembershipClaims").filter(super::super::json::Node::is_null)?;
            Some(Sited::new("None".to_owned(), field.place()))
        }),
        other_protocol: other_protocol(node),
        app_id,
        ..IdpRegistration::default()
    }
}

/// What only an application has that signs people in by SAML.
pub(super) fn is_saml(node: &Node<'_>) -> bool {
    let mode = node
        .filled("preferredSingleSignOnMode")
        .is_some_and(|mode| mode.value.eq_ignore_ascii_case("saml"));
    let set = ["preferredTokenSigningKeyThumbprint", "samlMetadataUrl", "tokenEncryptionKeyId"]
        .iter()
        .any(|name| node.filled(name).is_some());
    // PowerShell writes such objects for every application, empty.
    let relayed = node
        .object("samlSingleSignOnSettings")
        .is_some_and(|settings| settings.filled("relayState").is_some());
    let verified = node
        .object("requestSignatureVerification")
        .and_then(|object| object.flag("isSignedRequestRequired"));
    let claims = node
        .object("optionalClaims")
        .and_then(|claims| claims.list("saml2Token"))
        .is_some_and(|list| !list.is_empty());
    let keys = node.list("keyCredentials").unwrap_or_default();
    let signs = keys.iter().any(|key| {
        key.is_object() && key.filled("usage").is_some_and(|usage| usage.value == "Sign")
    });
    let template = node.filled("applicationTemplateId").is_some();
    mode || set
        || relayed
        || verified.is_some_and(|required| required.value)
        || claims
        || signs
        || template
        || tags(node).iter().any(|tag| FROM_TEMPLATE.contains(&tag.as_str()))
}

/// Tags of applications that came from the gallery, or from its template for applications that are not in it: those have
/// a page for single sign-on (Microsoft Graph, `servicePrincipal`, `tags`).
const FROM_TEMPLATE: &[&str] = &[
    "WindowsAzureActiveDirectoryCustomSingleSignOnApplication",
    "WindowsAzureActiveDirectoryGalleryApplicationNonPrimaryV1",
    "WindowsAzureActiveDirectoryGalleryApplicationPrimaryV1",
];

fn tags(node: &Node<'_>) -> Vec<String> {
    node.texts("tags").unwrap_or_default().into_iter().map(|tag| tag.value).collect()
}

/// What tells that the application was registered for another protocol: addresses that only tokens of OpenID Connect
/// go to, or that it was made by an app registration and no single sign-on method was ever chosen. What speaks for SAML
/// ([`is_saml`]) outweighs it.
fn other_protocol(node: &Node<'_>) -> Option<Sited<String>> {
    let addresses = ["spa", "publicClient"].into_iter().find_map(|name| {
        let client = node.object(name)?;
        let filled = client.list("redirectUris").is_some_and(|list| !list.is_empty());
        filled.then(|| Sited::new(format!("{name}.redirectUris"), client.place_of("redirectUris")))
    });
    let typed = || {
        let list = node.list("replyUrlsWithType")?;
        let every = !list.is_empty()
            && list.iter().all(|entry| {
                entry.text("type").is_some_and(|kind| !kind.value.eq_ignore_ascii_case("web"))
            });
        every.then(|| {
            Sited::new(
                "replyUrlsWithType, none of the type Web".to_owned(),
                node.place_of("replyUrlsWithType"),
            )
        })
    };
    let registered = || {
        let never_chosen = node.get("preferredSingleSignOnMode").is_some_and(|mode| mode.is_null());
        let integrated =
            tags(node).iter().any(|tag| tag == "WindowsAzureActiveDirectoryIntegratedApp");
        (never_chosen && integrated).then(|| {
            Sited::new("WindowsAzureActiveDirectoryIntegratedApp".to_owned(), node.place_of("tags"))
        })
    };
    addresses.or_else(typed).or_else(registered)
}

/// What the object says of claims beside its policies.
struct Claims {
    optional: Vec<OptionalClaim>,
    accepts_mapped: Option<Sited<bool>>,
}

impl Claims {
    fn read(node: &Node<'_>) -> Self {
        let listed = node
            .object("optionalClaims")
            .and_then(|optional| optional.list("saml2Token"))
            .unwrap_or_default();
        let optional =
            listed.iter().filter(|entry| entry.is_object()).take(100).filter_map(|entry| {
                let properties = entry.texts("additionalProperties").unwrap_or_default();
                Some(OptionalClaim {
                    name: entry.filled("name")?,
                    properties: properties.into_iter().map(|text| text.value).collect(),
                })
            });
        // The portal's older manifest has it at the top.
        let accepts_mapped = node
            .object("api")
            .and_then(|api| api.flag("acceptMappedClaims"))
            .or_else(|| node.flag("acceptMappedClaims"));
        Self { optional: optional.collect(), accepts_mapped }
    }
}

/// Reply URLs with the index by which a request may choose them.
fn indexes(web: Option<&Node<'_>>) -> Vec<IndexedUrl> {
    let settings = web.and_then(|web| web.list("redirectUriSettings")).unwrap_or_default();
    let read = |entry: &Node<'_>| {
        Some(IndexedUrl { index: entry.number("index")?.value, url: entry.filled("uri")? })
    };
    settings.iter().filter(|entry| entry.is_object()).take(300).filter_map(read).collect()
}

/// Reply URLs under all the names they have had, each once.
fn reply_urls(node: &Node<'_>, web: Option<&Node<'_>>) -> Vec<Sited<String>> {
    let mut urls: Vec<Sited<String>> = Vec::new();
    urls.extend(web.and_then(|web| web.texts("redirectUris")).unwrap_or_default());
    let typed = node.list("replyUrlsWithType").unwrap_or_default();
    // Only the type `Web` may receive a posted response.
    let of_the_web = typed
        .iter()
        .filter(|entry| entry.text("type").is_none_or(|kind| kind.eq_ignore_ascii_case("web")));
    urls.extend(of_the_web.filter_map(|entry| entry.filled("url")));
    urls.extend(node.texts("replyUrls").unwrap_or_default());
    let settings = web.and_then(|web| web.list("redirectUriSettings")).unwrap_or_default();
    urls.extend(
        settings.iter().filter(|entry| entry.is_object()).filter_map(|entry| entry.filled("uri")),
    );
    let mut seen = std::collections::HashSet::new();
    urls.retain(|url| seen.insert(url.value.clone()));
    urls
}

fn sign_on_url(node: &Node<'_>) -> Option<Sited<Option<String>>> {
    if let Some(login) = node.get("loginUrl") {
        return Some(Sited::new(node.filled("loginUrl").map(|url| url.value), login.place()));
    }
    // The manifest's `signInUrl` is the home page; in gallery applications it is only a marker.
    let home = node.filled("signInUrl").filter(|url| !url.value.contains("metadata="))?;
    Some(Sited::new(Some(home.value), home.place))
}

/// `servicePrincipalNames` repeats the `appId`, which nobody registered as an identifier.
fn is_app_id(value: &str, app_id: Option<&str>) -> bool {
    app_id.map_or_else(|| is_guid(value), |id| value.eq_ignore_ascii_case(id))
}

fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| {
            if matches!(at, 8 | 13 | 18 | 23) { byte == b'-' } else { byte.is_ascii_hexdigit() }
        })
}
