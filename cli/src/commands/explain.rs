//! `diag explain`: a check, a family, a vendor's code, a SAML status code or a sentence of an error page, in words.

mod sentence;

use crate::args::ExplainArguments;
use crate::checkers::Checkers;
use crate::console;
use crate::failure::Failure;
use crate::nearest::did_you_mean;
use crate::output;
use crate::plugins;
use diag_products::Products;
use diag_render::terminal::{self, DIM, GOOD, STRONG};
use diag_render::text::markdown;
use diag_render::text::page::{Page, plain, screen_path, styled, with_code};
use diag_render::wanted;
use diag_render::wording;
use diag_sdk::case::product::VendorCode;
use diag_sdk::manifest::{CauseInfo, CheckInfo, Manifest};
use diag_sdk::status;
use diag_sdk::{Setting, Vendor};
use std::process::ExitCode;

pub(crate) fn run(arguments: &ExplainArguments) -> anyhow::Result<ExitCode> {
    let mut page = Page::new(console::width());
    let checkers = plugins::checkers(&arguments.plugins, &[])?;
    write(&mut page, &checkers, arguments.id.join(" ").trim())?;
    output::print(&page.finish())?;
    Ok(ExitCode::SUCCESS)
}

fn write(page: &mut Page, checkers: &Checkers, id: &str) -> Result<(), Failure> {
    let lower = id.to_lowercase();
    if let Some(check) = checkers.check(&lower).or_else(|| only_check_named(checkers, &lower)) {
        explain_check(page, check);
    } else if let Some(family) = checkers.family(&lower) {
        explain_family(page, family);
    } else if let Some(code) = code(id) {
        explain_code(page, &code);
    } else if let Some(setting) = setting(&lower) {
        explain_setting(page, setting);
    } else if let Some(meaning) = status::lookup(id) {
        explain_status(page, meaning);
    } else if !(id.contains(char::is_whitespace) && sentence::explain(page, checkers, id)) {
        return Err(unknown(checkers, id));
    }
    Ok(())
}

/// The check whose id ends in that name, where there is one only.
fn only_check_named<'c>(checkers: &'c Checkers, name: &str) -> Option<&'c CheckInfo> {
    let mut named =
        checkers.checks().iter().filter(|check| check.id.rsplit('/').next() == Some(name));
    named.next().filter(|_| named.next().is_none())
}

fn explain_check(page: &mut Page, check: &CheckInfo) {
    let levels: Vec<String> = check
        .levels
        .iter()
        .map(|level| styled(wording::tone(*level).style(), wording::word(*level)))
        .collect();
    page.line(&format!("{}  {}", styled(STRONG, &check.id), levels.join(" or ")));
    page.paragraph(0, &plain(&check.title));
    page.blank();
    let text = markdown_of(check);
    // What to do is wanted sooner than examples of what it looks like.
    let (why, examples) = text.find("\n## ").map_or((text.as_str(), ""), |at| text.split_at(at));
    markdown::write(page, why);
    if !check.causes.is_empty() {
        page.blank();
        page.line(&styled(STRONG, "CAUSES AND FIXES"));
        for cause in &check.causes {
            explain_cause(page, cause);
        }
    }
    if !check.needs.is_empty() {
        page.blank();
        page.line(&styled(STRONG, "READS"));
        for need in &check.needs {
            page.hanging("  ·", 4, &wanted::name(*need, &Products::builtin()));
        }
    }
    list(page, "EXPLAINS", &check.explains);
    list(page, "SEE ALSO", &check.references);
    if !examples.is_empty() {
        page.blank();
        markdown::write(page, examples);
    }
}

/// The documentation of a check as Markdown. Doc comments carry a blank before every line, and
/// examples name certificates and encoded documents, which the test suite puts in.
pub(super) fn markdown_of(check: &CheckInfo) -> String {
    let text = check
        .docs
        .lines()
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect::<Vec<_>>()
        .join("\n");
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((name, after)) = after.split_once("}}") else {
            out.push_str("{{");
            rest = after;
            continue;
        };
        out.push_str(if name.starts_with("certificate:") { "MIIC…" } else { "PD94…" });
        rest = after;
    }
    out.push_str(rest);
    out
}

fn explain_cause(page: &mut Page, cause: &CauseInfo) {
    page.hanging("  ·", 4, &with_code(&cause.text));
    page.paragraph(
        4,
        &format!("{}: {}", styled(GOOD, wording::person(cause.who)), with_code(&cause.fix)),
    );
    let known = screens(cause.setting, &Products::builtin()).len();
    let more = if known == 0 {
        String::new()
    } else {
        format!(
            "  (diag explain {} tells where {} have it)",
            name_of(cause.setting),
            wording::count(known, "product")
        )
    };
    page.hanging("    →", 6, &format!("{}{}", plain(cause.setting.neutral()), styled(DIM, &more)));
}

/// Every product that is known to have the setting: its name, the way to it, and where that was read.
pub(super) fn screens(setting: Setting, products: &Products) -> Vec<(String, String, String)> {
    products
        .iter()
        .filter_map(|product| {
            let own = product.screens.iter().find(|screen| screen.setting == setting)?;
            let way = products.screen(Vendor::read(&product.id)?, setting, None)?;
            Some((product.name.clone(), way, own.source.clone()))
        })
        .collect()
}

/// The setting of that name, such as `idp-reply-url`.
fn setting(id: &str) -> Option<Setting> {
    serde_json::from_value(serde_json::Value::String(id.to_owned()))
        .ok()
        .filter(|setting| *setting != Setting::Unspecified)
}

/// The name by which a setting is asked for.
pub(super) fn name_of(setting: Setting) -> String {
    serde_json::to_value(setting)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn explain_setting(page: &mut Page, setting: Setting) {
    page.line(&format!("{}  {}", styled(STRONG, &name_of(setting)), plain(setting.neutral())));
    page.blank();
    let products = Products::builtin();
    for (product, way, source) in screens(setting, &products) {
        page.line(&format!("  {}", styled(GOOD, &product)));
        page.hanging("    →", 6, &screen_path(terminal::PLAIN, &way));
        page.paragraph(6, &styled(DIM, &plain(&source)));
    }
}

/// A code of a vendor, written whole or as its digits.
fn code(id: &str) -> Option<VendorCode> {
    let products = Products::builtin();
    products.code(id).filter(|known| known.class.is_some()).or_else(|| products.code_of_digits(id))
}

fn list(page: &mut Page, heading: &str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    page.blank();
    page.line(&styled(STRONG, heading));
    for item in items {
        page.hanging("  ·", 4, &plain(item));
    }
}

fn explain_family(page: &mut Page, family: &Manifest) {
    page.line(&format!(
        "{}  {}",
        styled(STRONG, &family.name),
        styled(DIM, &wording::count(family.checks.len(), "check"))
    ));
    page.paragraph(0, &plain(&family.about));
    page.blank();
    for check in &family.checks {
        page.line(&format!("  {}", styled(wording::tone(check.level()).style(), &check.id)));
        page.paragraph(4, &plain(&check.title));
    }
}

fn explain_code(page: &mut Page, code: &VendorCode) {
    let name =
        code.name.as_deref().map(|name| format!("  {}", styled(DIM, name))).unwrap_or_default();
    page.line(&format!("{}{name}", styled(STRONG, &code.code)));
    page.paragraph(0, &with_code(&code.text));
    page.blank();
    let (who, setting) = code.acts();
    page.hanging(
        &styled(GOOD, "FIX"),
        5,
        &format!("{}: {}", styled(GOOD, wording::person(who)), with_code(&code.fix)),
    );
    if setting != Setting::Unspecified {
        let screen = Products::builtin()
            .screen(code.vendor, setting, None)
            .unwrap_or_else(|| setting.neutral().to_owned());
        page.hanging("    →", 6, &screen_path(terminal::PLAIN, &screen));
    }
    if let Some(address) = &code.page {
        page.blank();
        page.paragraph(
            0,
            &styled(DIM, &format!("{}: the vendor's own page: {address}", code.product)),
        );
    }
}

fn explain_status(page: &mut Page, meaning: &status::StatusMeaning) {
    page.line(&format!(
        "{}  {}",
        styled(STRONG, meaning.name),
        styled(
            DIM,
            if meaning.top_level { "top-level status code" } else { "second-level status code" }
        )
    ));
    page.line(&styled(DIM, &format!("{}{}", status::PREFIX, meaning.name)));
    page.paragraph(0, &with_code(meaning.meaning));
    page.blank();
    page.hanging(&styled(GOOD, "FIX"), 5, &with_code(meaning.fix));
    page.blank();
    page.paragraph(0, &styled(DIM, "saml-core-2.0-os §3.2.2.2"));
}

fn unknown(checkers: &Checkers, id: &str) -> Failure {
    if let Some(code) = Products::builtin().code(id)
        && let Some(address) = &code.page
    {
        return Failure::new(format!("{id}: a code diag does not know"))
            .hint(format!("{} explains it at {address}", code.product));
    }
    let known = checkers.names().chain(status::STATUSES.iter().map(|status| status.name));
    let hint = did_you_mean(id, known)
        .or_else(|| id.contains('/').then(|| "where a plugin brings it, name that with --plugin PATH".to_owned()))
        .unwrap_or_else(|| {
            "give the id of a check (diag checks lists them), a setting (idp-reply-url), a code of a vendor (AADSTS50011) or a SAML status code".to_owned()
        });
    Failure::new(format!("{id}: nothing of that name to explain")).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(id: &str) -> Result<String, String> {
        let mut page = Page::new(80);
        write(&mut page, &Checkers::builtin(), id).map_err(|failure| failure.to_string())?;
        Ok(anstream::adapter::strip_str(&page.finish()).to_string())
    }

    #[test]
    fn codes_are_explained_however_they_are_written() {
        assert!(explained("AADSTS50011").expect("known").starts_with("AADSTS50011"));
        assert!(explained("50011").expect("known").contains("FIX"));
        assert!(
            explained("urn:oasis:names:tc:SAML:2.0:status:NoPassive")
                .expect("known")
                .starts_with("NoPassive")
        );
        assert!(explained("nopassive").is_ok());
        assert!(
            explained("acs-not-registered")
                .expect("known")
                .starts_with("endpoints/acs-not-registered")
        );
        assert!(explained("Endpoints").expect("known").contains("endpoints/acs-not-registered"));
    }

    #[test]
    fn a_pasted_sentence_is_answered() {
        let entra = "AADSTS700016: Application with identifier 'https://app.example' was not found in the directory 'Contoso'.";
        let told = explained(entra).expect("known");
        assert!(
            told.starts_with("AADSTS700016") && told.contains("endpoints/entity-id-not-registered"),
            "{told}"
        );
        assert!(
            explained(
                "Microsoft.IdentityServer.RequestFailedException: MSIS7084: SAML logout request"
            )
            .expect("known")
            .contains("FIX")
        );
        let said =
            explained("Sign-in failed because Email has already been taken.").expect("known");
        assert!(said.contains("identity/user-unknown-at-sp") && said.contains("FIX"), "{said}");
        assert!(
            explained("urn:oasis:names:tc:SAML:2.0:status:NoPassive was returned")
                .expect("known")
                .starts_with("NoPassive")
        );
        let unknown_words = explained("Ihr Benutzerkonto wurde von der Verwaltung gesperrt")
            .expect("read by its words");
        assert!(unknown_words.contains("identity/user-blocked-at-sp"), "{unknown_words}");
        assert!(explained("We wish you a pleasant day and many more").is_err());
    }

    #[test]
    fn what_is_unknown_is_an_error() {
        assert!(explained("AADSTS999999999").is_err());
        assert!(explained("no/such-check").is_err());
    }

    #[test]
    fn every_check_can_be_explained() {
        for check in Checkers::builtin().checks() {
            assert!(explained(&check.id).expect("known").contains(&check.title), "{}", check.id);
        }
    }
}
