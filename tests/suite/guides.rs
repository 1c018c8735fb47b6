//! Set-up guides: every value has its checks, a case for each fault and a sound one.

use diag_families::checks;
use diag_products::guide::guides;
use diag_tests::one_fault::{OneFault, folder};
use std::collections::BTreeSet;

#[test]
fn every_value_of_a_guide_is_shown_by_a_fault_and_a_sound_case() {
    let known: BTreeSet<&str> = checks().map(|check| check.id).collect();
    let mut wrong = Vec::new();
    let mut values = 0;
    for guide in guides() {
        for step in &guide.steps {
            values += 1;
            let at = format!("{} {}", guide.id, step.number);
            wrong.extend(
                step.checks
                    .iter()
                    .filter(|id| !known.contains(id.as_str()))
                    .map(|id| format!("{at}: no check {id}")),
            );
            for case in &step.faults {
                let path = folder().join(format!("{case}.toml"));
                if !path.exists() {
                    wrong.push(format!("{at}: no case {case}"));
                } else if !step.checks.contains(&OneFault::read(&path).expect.check) {
                    wrong.push(format!("{at}: {case} shows another check"));
                }
            }
            if let Some(sound) = &step.sound {
                let path = folder().join(format!("{sound}.toml"));
                let is_sound = path.exists() && OneFault::read(&path).expect.check.is_empty();
                if !is_sound {
                    wrong.push(format!("{at}: {sound} is no sound case"));
                }
            }
        }
    }
    assert!(values >= 37, "{values} values");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
