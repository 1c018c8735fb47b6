//! Microsoft Entra ID: `application`, `servicePrincipal` and the policies bound to them, from
//! Microsoft Graph or from the portal's manifest, joined into registrations.

mod credential;
mod object;
mod policy;

use super::json::Node;
use diag_sdk::Vendor;
use diag_sdk::case::input::InputKind;
use diag_sdk::case::registration::{ClaimsRule, IdpRegistration, RegistrationObject};
use policy::{Content, Policy, Sort};

/// The product whose exports are read here, by the id of its product file.
pub(crate) const VENDOR: Vendor = Vendor::named("entra");

/// The field by which both objects of a registration name it.
pub(crate) const APPLICATION_KEY: &str = "appId";

/// Everything read from exports of Entra tenants so far.
#[derive(Debug, Default)]
pub struct Tenant {
    parts: Vec<Part>,
    policies: Vec<Policy>,
}

/// What one object says, and which policies it lists.
#[derive(Debug)]
struct Part {
    object: RegistrationObject,
    input: String,
    facts: IdpRegistration,
    /// Something in it is of SAML.
    saml: bool,
    listed_policies: Vec<String>,
    inline_policies: Vec<Policy>,
}

impl Tenant {
    /// Adds an object of an export. `kind` decides only where the object's own shape does not.
    pub fn add(&mut self, node: &Node<'_>, kind: InputKind) {
        // The answer of `applicationTemplates/…/instantiate` holds both objects.
        let inner = [
            ("application", InputKind::Application),
            ("servicePrincipal", InputKind::ServicePrincipal),
        ];
        let mut wrapped = false;
        for (object, kind) in inner
            .into_iter()
            .filter_map(|(name, kind)| Some((node.get(name).filter(Node::is_object)?, kind)))
        {
            self.add_object(&object, kind);
            wrapped = true;
        }
        if !wrapped {
            self.add_object(node, kind);
        }
    }

    fn add_object(&mut self, node: &Node<'_>, kind: InputKind) {
        if node.has("definition") {
            self.policies.extend(Policy::read(node));
            return;
        }
        if policy::is_custom(node) {
            self.policies.push(Policy::read_custom(node));
            return;
        }
        let object = match object::kind(node).unwrap_or(kind) {
            InputKind::ServicePrincipal => RegistrationObject::ServicePrincipal,
            InputKind::Application => RegistrationObject::Application,
            _ => {
                node.note("a policy has a definition; this object has none and was left out");
                return;
            }
        };
        let facts = object::read(node, object);
        let (mut listed_policies, mut inline_policies) = (Vec::new(), Vec::new());
        for list in ["tokenIssuancePolicies", "claimsMappingPolicies"] {
            for entry in node.list(list).unwrap_or_default() {
                let id = entry
                    .own_text()
                    .map(str::to_owned)
                    .or_else(|| entry.filled("id").map(|id| id.value));
                listed_policies.extend(id);
                if entry.has("definition") {
                    inline_policies.extend(Policy::read(&entry));
                }
            }
        }
        if let Some(custom) = ["claimsPolicy", "customClaimsPolicy"]
            .into_iter()
            .find_map(|name| node.get(name).filter(policy::is_custom))
        {
            inline_policies.push(Policy::read_custom(&custom));
        }
        let saml = object::is_saml(node);
        self.parts.push(Part {
            object,
            input: node.place().input,
            facts,
            saml,
            listed_policies,
            inline_policies,
        });
    }

    /// Joins objects of the same application and binds policies; also returns notes per input.
    pub fn finish(self) -> (Vec<IdpRegistration>, Vec<(String, String)>) {
        let (mut groups, mut notes) = group(self.parts);
        if groups.is_empty() && !self.policies.is_empty() {
            groups.push(Group::default());
        }
        let only_one = groups.len() == 1;
        for (index, group) in groups.iter_mut().enumerate() {
            group.facts.id = format!("r{}", index + 1);
            group.facts.vendor = VENDOR;
            // What speaks for SAML in one object outweighs what the other lacks.
            if group.saml {
                group.facts.other_protocol = None;
            }
            for policy in &group.inline {
                apply(policy, &mut group.facts);
            }
        }
        // A mapping policy goes before the one the portal's screens write, so it is applied last.
        for sort in [Sort::Token, Sort::Custom, Sort::Mapping] {
            let policies: Vec<&Policy> =
                self.policies.iter().filter(|policy| policy.content.sort() == sort).collect();
            for group in &mut groups {
                let of_principal = |policy: &Policy| {
                    let own = group.facts.instance.as_ref().map(|id| id.value.as_str());
                    own.is_some() && policy.principal.as_deref() == own
                };
                let listed = policies.iter().find(|policy| {
                    of_principal(policy)
                        || policy.id.as_ref().is_some_and(|id| group.listed.contains(id))
                });
                match (listed, policies.as_slice()) {
                    (Some(policy), _) => apply(policy, &mut group.facts),
                    (None, [policy]) if only_one || policy.is_default => {
                        apply(policy, &mut group.facts);
                    }
                    (None, []) => {}
                    (None, several) => {
                        if let Some(policy) = several.first() {
                            let text = "which policy applies to which application cannot be told; export them with \
                                        GET /servicePrincipals/{id}/tokenIssuancePolicies (or claimsMappingPolicies) of one application";
                            notes.push((policy.input.clone(), text.to_owned()));
                        }
                    }
                }
            }
        }
        notes.dedup();
        (groups.into_iter().map(|group| group.facts).collect(), notes)
    }
}

/// One registration in the making.
#[derive(Debug, Default)]
struct Group {
    facts: IdpRegistration,
    saml: bool,
    listed: Vec<String>,
    inline: Vec<Policy>,
}

/// Parts of the same `appId` belong together. So do a single application and a single service
/// principal of which one does not say its `appId`.
fn group(parts: Vec<Part>) -> (Vec<Group>, Vec<(String, String)>) {
    let count = |object| parts.iter().filter(|part| part.object == object).count();
    let a_pair = count(RegistrationObject::Application) == 1
        && count(RegistrationObject::ServicePrincipal) == 1
        && parts.iter().any(|part| part.facts.app_id.is_none());
    let (mut groups, mut notes): (Vec<Group>, Vec<(String, String)>) = (Vec::new(), Vec::new());
    for part in parts {
        let same = |group: &&mut Group| {
            a_pair || (part.facts.app_id.is_some() && group.facts.app_id == part.facts.app_id)
        };
        let Some(group) = groups.iter_mut().find(same) else {
            groups.push(Group {
                facts: part.facts,
                saml: part.saml,
                listed: part.listed_policies,
                inline: part.inline_policies,
            });
            continue;
        };
        if group.facts.objects.contains(&part.object) {
            notes.push((part.input, "this object was already read from another export; only what that one lacks is used".to_owned()));
        }
        group.saml |= part.saml;
        group.listed.extend(part.listed_policies);
        group.inline.extend(part.inline_policies);
        merge(&mut group.facts, part.facts, part.object);
    }
    (groups, notes)
}

/// Adds what the second object says to what is known.
fn merge(into: &mut IdpRegistration, from: IdpRegistration, object: RegistrationObject) {
    let known_before = into.objects.contains(&object);
    if !known_before || !into.identifiers.iter().any(|known| known.object == object) {
        into.identifiers.extend(from.identifiers);
    }
    if !known_before || !into.reply_urls.iter().any(|known| known.object == object) {
        into.reply_urls.extend(from.reply_urls);
    }
    for credential in from.credentials {
        if credential.key_id.is_empty()
            || !into.credentials.iter().any(|known| known.key_id == credential.key_id)
        {
            into.credentials.push(credential);
        }
    }
    // The service principal's own start URL wins over the home page in an application's manifest.
    let prefers = object == RegistrationObject::ServicePrincipal && !known_before;
    into.sign_on_url = if prefers {
        from.sign_on_url.or(into.sign_on_url.take())
    } else {
        into.sign_on_url.take().or(from.sign_on_url)
    };
    macro_rules! fill {
        ($($field:ident),*) => { $(if into.$field.is_none() { into.$field = from.$field; })* };
    }
    fill!(
        name,
        app_id,
        tenant,
        logout_url,
        relay_state,
        sso_mode,
        other_protocol,
        enabled,
        assignment_required,
        signed_requests_required,
        weak_algorithms_allowed,
        active_signing_thumbprint,
        encryption_key_id,
        group_claims,
        deactivated,
        blocked_by_vendor,
        default_reply_url,
        instance,
        accepts_mapped_claims,
        sign_in_audience
    );
    into.credentials_stated |= from.credentials_stated;
    for (into, from) in [
        (&mut into.reply_url_lists, from.reply_url_lists),
        (&mut into.identifier_lists, from.identifier_lists),
    ] {
        if !known_before || into.iter().all(|known| known.object != object) {
            into.extend(from);
        }
    }
    if into.reply_url_indexes.is_empty() {
        into.reply_url_indexes = from.reply_url_indexes;
    }
    if into.optional_claims.is_empty() {
        into.optional_claims = from.optional_claims;
    }
    if !known_before {
        into.objects.push(object);
    }
}

fn apply(policy: &Policy, registration: &mut IdpRegistration) {
    match &policy.content {
        Content::Token(token) => {
            registration.signing_option.clone_from(&token.option);
            registration.signing_algorithm.clone_from(&token.algorithm);
        }
        Content::Claims(rules) => {
            registration.claims.clone_from(&rules.claims);
            registration.basic_claims = rules.basic;
            registration.basic_claims_left_out =
                (rules.basic == Some(false)).then(|| rules.place.clone());
            registration.audience_override.clone_from(&rules.audience);
            registration.issuer_with_app_id.clone_from(&rules.issuer_with_app_id);
            registration.transformations.clone_from(&rules.transformations);
            registration.claims_ruled_by = Some(if policy.content.sort() == Sort::Custom {
                ClaimsRule::CustomPolicy
            } else {
                ClaimsRule::MappingPolicy
            });
        }
    }
}
