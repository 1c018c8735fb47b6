//! Which products take part, and what is known of them: told from exports and names first, then from what the
//! answers show of themselves, then from whose sentences a side writes.

use diag_products::{Products, Role};
use diag_sdk::case::exchange::{Exchange, Side};
use diag_sdk::host::host_of;
use diag_sdk::{Case, Need, Vendor};
use std::collections::BTreeMap;

/// Writes down the products of both sides, as far as exports and names did not tell, and what is known of every
/// product and every vendor's code that was met.
pub(crate) fn introduce(case: &mut Case, products: &Products) {
    if !case.idp_vendor.is_known() {
        case.idp_vendor = shown(case, products, Side::Idp, &[Role::Idp]);
    }
    if !case.sp_vendor.is_known() {
        case.sp_vendor = shown(case, products, Side::Sp, &[Role::Sp, Role::Library]);
    }
    // Of a text that was pasted alone nothing else tells whose words it is.
    if case.exchanges.is_empty() && !case.idp_vendor.is_known() {
        case.idp_vendor = quoted(case, products, Role::Idp);
    }
    if case.exchanges.is_empty() && !case.sp_vendor.is_known() {
        case.sp_vendor = quoted(case, products, Role::Sp);
    }
    case.products =
        present(case, products).into_iter().filter_map(|vendor| products.facts(vendor)).collect();
    let on_pages = case
        .exchanges
        .iter()
        .filter_map(|exchange| exchange.page.as_ref())
        .flat_map(|page| &page.codes);
    let in_messages = case
        .messages
        .iter()
        .filter_map(|message| message.status.as_ref())
        .flat_map(|status| &status.vendor_codes);
    let pasted = case.witnesses.iter().flat_map(|witness| &witness.codes);
    let mut codes: Vec<&String> = on_pages.chain(in_messages).chain(pasted).collect();
    codes.sort();
    codes.dedup();
    case.codes = codes.into_iter().filter_map(|code| products.code(code)).collect();
}

/// Vendors' codes in the status of each message.
pub(crate) fn read_codes(case: &mut Case, products: &Products) {
    for status in case.messages.iter_mut().filter_map(|message| message.status.as_mut()) {
        let message = status.message.as_ref().map_or("", |message| message.value.as_str());
        status.vendor_codes = products
            .codes_in(&format!("{message} {}", status.detail.as_deref().unwrap_or_default()));
    }
}

/// The one product that plays this part, and not both, whose sentences witnesses repeat.
fn quoted(case: &Case, products: &Products, role: Role) -> Vendor {
    let other = if role == Role::Idp { Role::Sp } else { Role::Idp };
    let mut vendors: Vec<Vendor> = case
        .witnesses
        .iter()
        .map(|witness| witness.phrase.vendor)
        .filter(|vendor| products.plays(*vendor, role) && !products.plays(*vendor, other))
        .collect();
    vendors.sort();
    vendors.dedup();
    match vendors.as_slice() {
        [vendor] => *vendor,
        _ => Vendor::default(),
    }
}

/// The product most answers of a side show themselves to be of, in the first of these parts that any plays.
fn shown(case: &Case, products: &Products, side: Side, roles: &[Role]) -> Vendor {
    let exchanges = || case.exchanges.iter().filter(|exchange| exchange.side == side);
    roles
        .iter()
        .find_map(|role| most(exchanges(), |vendor| products.plays(vendor, *role)))
        .unwrap_or_default()
}

/// The product that is met most often: an answer that shows it counts more than a sentence of its.
fn most<'c>(
    exchanges: impl Iterator<Item = &'c Exchange>,
    plays: impl Fn(Vendor) -> bool,
) -> Option<Vendor> {
    let mut met: BTreeMap<Vendor, usize> = BTreeMap::new();
    for exchange in exchanges {
        for vendor in &exchange.products {
            *met.entry(*vendor).or_default() += 2;
        }
        let phrases = exchange.page.iter().flat_map(|page| &page.phrases).chain(&exchange.phrases);
        for phrase in phrases.filter(|phrase| phrase.vendor.is_known()) {
            *met.entry(phrase.vendor).or_default() += 1;
        }
    }
    met.into_iter()
        .filter(|(vendor, _)| plays(*vendor))
        .max_by_key(|(vendor, count)| (*count, std::cmp::Reverse(*vendor)))
        .map(|(vendor, _)| vendor)
}

/// Every product that is met: those of both sides, of exports, of answers, and those whose hosts stand in names.
fn present(case: &Case, products: &Products) -> Vec<Vendor> {
    let mut present = vec![case.idp_vendor, case.sp_vendor];
    present.extend(case.registrations.iter().map(|registration| registration.vendor));
    present.extend(case.sp_configurations.iter().map(|configuration| configuration.vendor));
    present.extend(case.exchanges.iter().flat_map(|exchange| &exchange.products));
    present.extend(case.witnesses.iter().map(|witness| witness.phrase.vendor));
    let issuers = case
        .messages
        .iter()
        .filter_map(|message| message.issuer.as_ref())
        .map(|issuer| issuer.value.as_str());
    let names =
        case.metadata.iter().map(|metadata| metadata.entity_id.value.as_str()).chain(issuers);
    let reply_urls = case
        .registrations
        .iter()
        .flat_map(|registration| &registration.reply_urls)
        .map(|reply| reply.value.value.as_str());
    let sso = case
        .metadata
        .iter()
        .filter_map(|metadata| metadata.idp.as_ref())
        .flat_map(|role| &role.sso);
    let urls = names.chain(reply_urls).chain(sso.map(|endpoint| endpoint.location.value.as_str()));
    let configured =
        case.sp_configurations.iter().filter_map(|configuration| configuration.host_uri.as_ref());
    let started = case
        .registrations
        .iter()
        .filter_map(|registration| registration.sign_on_url.as_ref()?.value.as_deref());
    let urls = urls.chain(configured.map(|url| url.value.as_str())).chain(started);
    let mut hosts: Vec<String> = urls.filter_map(host_of).collect();
    hosts.sort();
    hosts.dedup();
    present.extend(hosts.iter().flat_map(|host| products.of_host(host)));
    // A product shows itself by what only it sends in place of groups.
    let attributes = case
        .messages
        .iter()
        .flat_map(|message| &message.assertions)
        .flat_map(|assertion| &assertion.attributes);
    present
        .extend(attributes.flat_map(|attribute| products.linking_groups_by(attribute.name.trim())));
    // Whoever has such an input has that product.
    present.extend(
        Need::ALL
            .iter()
            .filter(|need| case.has(**need))
            .filter_map(|need| Vendor::read(&products.whose(*need)?.0.id)),
    );
    present.sort();
    present.dedup();
    present.retain(|vendor| vendor.is_known());
    present
}
