//! Who has to act: what each party does, in a section of its own that can be pasted to it alone.

use super::{CaseView, Detail, Finding, Prose, code, escape, fence, prose};
use crate::terminal::visible;
use crate::view::Fix;
use std::fmt::Write as _;

/// A fix, the finding it mends, and how much is told of it.
struct Act<'c, 'j> {
    message: Prose<'j>,
    fix: &'c Fix<'j>,
    whole: bool,
}

/// Writes a section for each party, in the order in which they are needed.
pub(super) fn write(out: &mut String, case: &CaseView<'_>, detail: Detail) {
    let mut parties: Vec<(&str, Vec<Act<'_, '_>>)> = Vec::new();
    for root in &case.roots {
        for finding in std::iter::once(&root.finding).chain(&root.again) {
            for fix in finding.fixes.iter().chain(&finding.further_fixes) {
                add(&mut parties, Act { message: root.finding.message, fix, whole: true });
            }
        }
    }
    let others =
        case.others.iter().flat_map(|group| &group.findings).filter(|_| detail != Detail::Brief);
    for finding in others {
        listed(&mut parties, finding, detail);
    }
    for (person, acts) in parties {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "\n## To do: {person}");
        for act in acts {
            if act.whole { whole(out, &act) } else { short(out, &act) }
        }
    }
}

fn listed<'c, 'j>(
    parties: &mut Vec<(&'c str, Vec<Act<'c, 'j>>)>,
    finding: &'c Finding<'j>,
    detail: Detail,
) {
    for fix in finding.fixes_in_list(detail) {
        add(parties, Act { message: finding.message, fix, whole: false });
    }
}

/// What is to be done of many places is told once.
fn add<'c, 'j>(parties: &mut Vec<(&'c str, Vec<Act<'c, 'j>>)>, act: Act<'c, 'j>) {
    let same = |known: &Act<'_, '_>| {
        (known.message.0, known.fix.action.0, &known.fix.value)
            == (act.message.0, act.fix.action.0, &act.fix.value)
            && known.fix.screen.map(|screen| screen.0) == act.fix.screen.map(|screen| screen.0)
    };
    match parties.iter_mut().find(|(person, _)| *person == act.fix.person) {
        Some((_, acts)) if acts.iter().any(same) => {}
        Some((_, acts)) => acts.push(act),
        None => parties.push((act.fix.person, vec![act])),
    }
}

fn whole(out: &mut String, act: &Act<'_, '_>) {
    let fix = act.fix;
    let reason = match (fix.reason, fix.alternative) {
        (Some(reason), true) => format!(". If: {}", prose(reason)),
        (Some(reason), false) => format!(". {}", prose(reason)),
        (None, _) => String::new(),
    };
    let _ = writeln!(out, "\n**{}**{reason}\n", prose(act.message));
    if let Some(screen) = fix.screen {
        let _ = writeln!(out, "- Where: {}", escape(screen.0));
    }
    let _ = writeln!(out, "- What: {}", prose(fix.action));
    if let Some(lines) = &fix.value {
        let fence = fence(&lines.join("\n"));
        let _ = writeln!(
            out,
            "\n{fence}\n{}\n{fence}",
            lines.iter().copied().map(visible).collect::<Vec<_>>().join("\n")
        );
    }
}

fn short(out: &mut String, act: &Act<'_, '_>) {
    let fix = act.fix;
    let value =
        fix.value.as_ref().map(|lines| format!(" {}", code(&lines.join("\n")))).unwrap_or_default();
    let screen = fix.screen.map(|screen| format!("{}. ", escape(screen.0))).unwrap_or_default();
    let _ = writeln!(out, "\n- {}: {screen}{}{value}", prose(act.message), prose(fix.action));
}

#[cfg(test)]
mod tests {
    use crate::markdown::render;
    use crate::{Detail, sample};

    #[test]
    fn each_party_has_a_section_of_its_own() {
        let text = render(&sample::broken(), None, Detail::Usual);
        let section = |person: &str| {
            let (_, rest) = text.split_once(&format!("## To do: {person}\n")).expect("a section");
            rest.split("\n## ").next().unwrap_or_default().to_owned()
        };
        let (idp, sp) =
            (section("Identity provider administrator"), section("Service provider administrator"));
        assert!(
            idp.contains("Add exactly this URL as a reply URL")
                && idp.contains("Make a new certificate"),
            "{idp}"
        );
        assert!(
            sp.contains("Enter the host URI the registration was made for")
                && !sp.contains("reply URL and"),
            "{sp}"
        );
        assert_eq!(text.matches("## To do: ").count(), 2);
    }

    #[test]
    fn a_sign_in_that_works_asks_nobody_for_anything() {
        assert!(!render(&sample::healthy(), None, Detail::Usual).contains("To do"));
    }
}
