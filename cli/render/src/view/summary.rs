//! A case in one line of a table.

use super::headline;
use crate::Judged;
use crate::tone::Tone;
use crate::wording;

/// A case in one line.
#[derive(Debug)]
pub(crate) struct Summed<'j> {
    /// What it is called.
    pub(crate) name: &'j str,
    pub(crate) badge: &'static str,
    pub(crate) tone: Tone,
    /// Why: the root cause and its check, else the headline.
    pub(crate) reason: String,
}

/// The line of a case.
pub(crate) fn summary(judged: &Judged) -> Summed<'_> {
    let headline = headline::of(judged);
    let roots = judged.grouped_root_causes();
    let reason = match roots.first().and_then(|group| group.first()) {
        Some(root) => {
            let more = if roots.len() > 1 {
                format!(", and {} more", roots.len() - 1)
            } else {
                String::new()
            };
            format!("{} ({}){more}", root.message, root.check)
        }
        None => headline.sentence,
    };
    Summed { name: judged.title(), badge: headline.badge, tone: headline.tone, reason }
}

/// `3 captures: 1 broken, 2 healthy`.
pub(crate) fn tally(lines: &[Summed<'_>]) -> String {
    let of = |badge: &str| lines.iter().filter(|line| line.badge == badge).count();
    let parts = ["BROKEN", "AT RISK", "UNDETERMINED", "HEALTHY"]
        .into_iter()
        .map(|badge| (of(badge), badge.to_lowercase()));
    let parts: Vec<String> = parts
        .filter(|(number, _)| *number > 0)
        .map(|(number, badge)| format!("{number} {badge}"))
        .collect();
    format!("{}: {}", wording::count(lines.len(), "capture"), parts.join(", "))
}
