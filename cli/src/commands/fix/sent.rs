//! Bodies and changed exports as files, and as entries of the record.

use super::changes::Changes;
use super::folder::{self, Folder};
use crate::failure::Failure;
use crate::files::File;
use diag_core::amend::{Amended, Body, Export};
use diag_render::fixes::{Exported, FieldChanged, Fixes, Sent, Task};
use diag_render::{Judged, json};

/// A file to write: where, and what.
pub(super) type Written = (String, Vec<u8>);

/// Writes bodies and exports down in the record; what is to be written is returned.
pub(super) fn record(
    fixes: &mut Fixes,
    judged: &Judged,
    exports: &[Export],
    changes: &Changes<'_>,
    (folder, inputs): (&mut Folder, &[File]),
) -> anyhow::Result<Vec<Written>> {
    let mut written = Vec::new();
    for export in exports {
        let Some(text) = changes.certain.texts().get(&export.document) else { continue };
        let input = judged.case.file_of(&export.input);
        let path = folder.claim(&folder::name_of_export(input), inputs)?;
        let fields = changes.certain.fields_of(export.document);
        fixes.exports.push(Exported { path: path.clone(), from: input.to_owned(), fields });
        written.push((path, text.clone().into_bytes()));
    }
    let mut add = |fixes: &mut Fixes,
                   amended: &Amended<'_>,
                   body: &Body,
                   tasks: &[usize],
                   way: Option<usize>|
     -> anyhow::Result<()> {
        let path = claimed(folder, inputs, body, way)?;
        let of_tasks = |tasks: &[usize], all: &[Task]| {
            tasks.iter().filter_map(|number| all.get(*number).cloned()).collect::<Vec<Task>>()
        };
        let asking = of_tasks(tasks, &fixes.by_hand);
        let screens = screens(&asking, way);
        fixes.bodies.push(Sent {
            path: path.clone(),
            of: body.target.sort().to_owned(),
            object: body.target.name.clone(),
            one_of_several: way.is_some(),
            fields: body
                .fields
                .iter()
                .map(|(field, before)| FieldChanged {
                    field: field.clone(),
                    before: before.clone(),
                })
                .collect(),
            body: body.json.clone(),
            commands: amended.commands(body, &path, &judged.products),
            screens,
            answers: asking.iter().map(|task| task.check.clone()).collect(),
        });
        for number in tasks {
            let Some(task) = fixes.by_hand.get_mut(*number) else { continue };
            if let Some(step) = task.causes.get_mut(way.unwrap_or_default()) {
                step.bodies.push(path.clone());
            }
        }
        written.push((path, json::pretty(&body.json)?.into_bytes()));
        Ok(())
    };
    for body in changes.certain.bodies(None) {
        let tasks: Vec<usize> = changes
            .done
            .iter()
            .filter(|(_, targets)| targets.contains(&body.target))
            .map(|(number, _)| *number)
            .collect();
        add(fixes, &changes.certain, &body, &tasks, None)?;
    }
    for (task, way, amended, bodies) in &changes.ways {
        for body in bodies {
            add(fixes, amended, body, &[*task], Some(*way))?;
        }
    }
    Ok(written)
}

fn claimed(
    folder: &mut Folder,
    inputs: &[File],
    body: &Body,
    way: Option<usize>,
) -> Result<String, Failure> {
    folder.claim(
        &folder::name_of_body(body.target.sort(), &body.target.name, way.map(|way| way + 1)),
        inputs,
    )
}

fn screens(tasks: &[Task], way: Option<usize>) -> Vec<String> {
    let mut screens: Vec<String> = Vec::new();
    for step in tasks.iter().filter_map(|task| task.causes.get(way.unwrap_or_default())) {
        if step.cause.has_screen() && !screens.contains(&step.cause.screen) {
            screens.push(step.cause.screen.clone());
        }
    }
    screens
}
