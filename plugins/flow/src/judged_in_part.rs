//! Something was larger than is read, so that the verdict rests on a part.

use diag_sdk::{
    Case, CauseData, Finding, Findings, Place, Reference, Setting, Severity, Stage, Who, check,
};

static LARGER: CauseData = CauseData {
    text: "What was given is larger than a sign-in needs",
    who: Who::User,
    setting: Setting::Unspecified,
    fix: "Record only the sign-in, or give fewer files; where it has to be as large, raise the bound in diag.toml under [bounds]",
};

/// Bounds beyond which nothing of a sign-in is expected: a page or a body of many megabytes.
const HARMLESS: &[&str] = &["string", "body", "bodies"];

check! {
    /// Something was larger or more than is read, kept or judged.
    ///
    /// What people hand in may be hostile, and honest captures are sometimes enormous, so everything has a bound (docs/bounds.md).
    /// What lies beyond one was left out, and the verdict rests on the rest. That is said here, with the word by which `diag.toml`
    /// sets the bound.
    ///
    /// ## Fails
    ///
    /// ```json facts
    /// {"crossed": [{"bound": "entries", "most": "2000000", "what": "Entries of one capture", "beyond": "the entries behind them are not read"}]}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json facts
    /// {"crossed": []}
    /// ```
    pub static JUDGED_IN_PART = {
        id: "flow/judged-in-part",
        title: "Only a part was judged",
        levels: [Severity::Warning, Severity::Notice],
        stage: Stage::Observation,
        needs: [],
        explains: [],
        causes: [LARGER],
        references: [Reference::documentation("docs/bounds.md")],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for crossed in &case.crossed {
        let severity = if HARMLESS.contains(&crossed.bound.as_str()) {
            Severity::Notice
        } else {
            Severity::Warning
        };
        let place =
            crossed.input.as_ref().map(|input| Place { input: input.clone(), ..Place::default() });
        out.push(
            Finding::new(
                severity,
                format!("Judged in part: the bound “{}” was crossed", crossed.bound),
            )
            .expected(format!("at most {}", crossed.most), "docs/bounds.md")
            .detail(format!("{}: {}.", crossed.what, crossed.beyond))
            .at_all(place.as_ref())
            .cause(&LARGER, case.sp_vendor),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::input::Crossed;

    #[test]
    fn each_bound_is_told_by_its_word() {
        let crossed = |word: &str| Crossed {
            bound: word.to_owned(),
            input: Some("i1".to_owned()),
            ..Crossed::default()
        };
        let case = Case { crossed: vec![crossed("messages"), crossed("body")], ..Case::default() };
        let found = JUDGED_IN_PART.judge(&case);
        let told: Vec<_> = found
            .found()
            .iter()
            .map(|finding| (finding.severity, finding.message.contains("“messages”")))
            .collect();
        assert_eq!(told, [(Severity::Warning, true), (Severity::Notice, false)]);
    }
}
