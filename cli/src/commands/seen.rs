//! The case that `facts`, `eval` and `plugin test --case` show: read as `diag check` reads it, with what configurations
//! say of products, expectations, copies, keys and bounds.

use super::examining::{Manner, examine};
use crate::args::{CaseArguments, CheckArguments, PluginArguments};
use crate::config;
use crate::failure::{self, Failure};
use crate::files::{self, Given};
use crate::keys;
use crate::plugins;
use crate::products;
use crate::progress::Meter;
use diag_sdk::Case;
use diag_sdk::header::askable;
use std::path::PathBuf;

/// What these files make as one case, with the response headers that somebody looks at.
pub(super) fn case_of(
    paths: &[PathBuf],
    arguments: &CaseArguments,
    headers: &[String],
) -> anyhow::Result<Case> {
    for name in headers {
        askable(name).map_err(Failure::new)?;
    }
    let mut as_checked = CheckArguments {
        paths: paths.to_owned(),
        beside: arguments.beside.clone(),
        expect: arguments.expect.clone(),
        at: arguments.at,
        defaults: arguments.defaults.clone(),
        ..CheckArguments::default()
    };
    let configured = config::apply(&mut as_checked)?;
    let unnamed =
        configured.paths.iter().filter(|path| arguments.defaults.config.as_ref() != Some(path));
    for path in unnamed {
        failure::say_note(&format!("options from {}", path.display()));
    }
    // Plugins that take part in every judgement here bring product files along, and name headers.
    let checkers = plugins::those_there(&PluginArguments::default(), &configured.plugins)?;
    for one in checkers.absent() {
        failure::say_failure(&one.why, false);
    }
    let collected = files::collect(&Given {
        paths,
        sp_has: &as_checked.beside.sp_has,
        idp_has: &as_checked.beside.idp_has,
        most: configured.bounds.files,
    })
    .told()?;
    let manner = Manner {
        strict: as_checked.strict,
        entity: arguments.entity.clone(),
        at: as_checked.at,
        keys: keys::load(&as_checked.beside.key)?,
        products: products::set_with(
            configured.products.iter().chain(&arguments.products.products),
            checkers.products(),
        )?,
        bounds: configured.bounds,
        expectations: configured.expectations,
        headers: headers.iter().cloned().chain(checkers.headers()).collect(),
        ..Manner::default()
    };
    let meter = Meter::new(collected.files.iter().map(|file| file.size).sum());
    let case = examine(&collected.files, &manner, &meter).case;
    meter.finish();
    Ok(case)
}
