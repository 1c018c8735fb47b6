//! Modules of one crate do not go in circles: what a module uses never comes back to it. Only a
//! child may use what the modules around it hold, as Rust means it; whoever reads it came through them.

use diag_tests::plugin::workspace;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use syn::visit::Visit;

type Module = Vec<String>;

/// The crates, by the folder that holds their `src`.
const CRATES: &[&str] = &[
    "cli",
    "cli/page",
    "cli/render",
    "core",
    "plugins/assertion",
    "plugins/endpoints",
    "plugins/flow",
    "plugins/host",
    "plugins/hosts",
    "plugins/identity",
    "plugins/metadata",
    "plugins/sdk",
    "plugins/signing",
    "plugins/virtual-proxy",
];

/// Paths that a file names, as they stand there; what is compiled for tests only is left out.
#[derive(Default)]
struct Named {
    paths: Vec<Vec<String>>,
}

impl Named {
    fn flatten(&mut self, before: &[String], tree: &syn::UseTree) {
        let with = |ident: &syn::Ident| [before, &[ident.to_string()]].concat();
        match tree {
            syn::UseTree::Path(path) => self.flatten(&with(&path.ident), &path.tree),
            syn::UseTree::Name(name) => self.paths.push(with(&name.ident)),
            syn::UseTree::Rename(rename) => self.paths.push(with(&rename.ident)),
            syn::UseTree::Glob(_) => self.paths.push(before.to_vec()),
            syn::UseTree::Group(group) => {
                group.items.iter().for_each(|item| self.flatten(before, item));
            }
        }
    }
}

fn for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|condition| condition.is_ident("test"))
    })
}

impl<'ast> Visit<'ast> for Named {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !for_tests(&item.attrs) {
            syn::visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        // What a parent hands on is not what it needs.
        if !for_tests(&item.attrs) && matches!(item.vis, syn::Visibility::Inherited) {
            self.flatten(&[], &item.tree);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.len() > 1 {
            self.paths
                .push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        }
        syn::visit::visit_path(self, path);
    }
}

/// Every module below a folder, with the text of its file.
fn modules(folder: &Path, at: &Module, found: &mut BTreeMap<Module, String>) {
    for entry in std::fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        if path.is_dir() {
            modules(&path, &[at.as_slice(), &[name]].concat(), found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let module = if ["mod", "lib", "main"].contains(&name.as_str()) {
                at.clone()
            } else {
                [at.as_slice(), &[name]].concat()
            };
            found.insert(module, std::fs::read_to_string(&path).expect("readable"));
        }
    }
}

/// The module a path leads to, seen from another.
fn target(from: &Module, path: &[String], known: &BTreeMap<Module, String>) -> Option<Module> {
    let mut whole: Module = match path.first().map(String::as_str)? {
        "crate" => Vec::new(),
        "self" | "super" => from.clone(),
        // A child's name, or another crate's.
        _ => [from.as_slice(), path].concat(),
    };
    if ["crate", "self", "super"].contains(&path[0].as_str()) {
        for name in path {
            match name.as_str() {
                "crate" | "self" => {}
                "super" => drop(whole.pop()),
                name => whole.push(name.to_owned()),
            }
        }
    } else if !known.contains_key(&[from.as_slice(), &path[..1]].concat()) {
        return None;
    }
    while !known.contains_key(&whole) {
        whole.pop()?;
    }
    (!from.starts_with(&whole)).then_some(whole)
}

fn arrows(folder: &Path) -> BTreeMap<Module, BTreeSet<Module>> {
    let mut known = BTreeMap::new();
    modules(folder, &Vec::new(), &mut known);
    known
        .iter()
        .map(|(module, text)| {
            let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{module:?}: {error}"));
            let mut named = Named::default();
            named.visit_file(&file);
            (
                module.clone(),
                named.paths.iter().filter_map(|path| target(module, path, &known)).collect(),
            )
        })
        .collect()
}

/// A way from a module back to itself.
fn circle(arrows: &BTreeMap<Module, BTreeSet<Module>>) -> Option<Vec<String>> {
    fn walk(
        at: &Module,
        way: &mut Vec<Module>,
        done: &mut BTreeSet<Module>,
        arrows: &BTreeMap<Module, BTreeSet<Module>>,
    ) -> bool {
        if way.contains(at) {
            way.push(at.clone());
            return true;
        }
        if done.contains(at) {
            return false;
        }
        way.push(at.clone());
        if arrows.get(at).into_iter().flatten().any(|next| walk(next, way, done, arrows)) {
            return true;
        }
        done.insert(way.pop().expect("just pushed"));
        false
    }
    let mut done = BTreeSet::new();
    for start in arrows.keys() {
        let mut way = Vec::new();
        if walk(start, &mut way, &mut done, arrows) {
            let back = way.last().cloned().expect("a way");
            let from = way.iter().position(|module| *module == back).unwrap_or_default();
            return Some(way[from..].iter().map(|module| module.join("::")).collect());
        }
    }
    None
}

#[test]
fn no_module_needs_itself() {
    for folder in CRATES {
        let arrows = arrows(&workspace().join(folder).join("src"));
        assert!(
            arrows.values().any(|targets| !targets.is_empty()) || arrows.len() == 1,
            "{folder}: nothing was read"
        );
        if let Some(way) = circle(&arrows) {
            panic!("{folder}: modules go in a circle: {}", way.join(" → "));
        }
    }
}

#[test]
fn circles_are_seen() {
    let folder = tempfile::tempdir().expect("a folder");
    let file =
        |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    file("lib.rs", "mod a; mod b; mod c; use a::A; pub use c::C;");
    file("a.rs", "use crate::b::B; pub struct A; #[cfg(test)] mod tests { use crate::c::C; }");
    file("b.rs", "pub struct B(super::c::C);");
    file("c.rs", "pub struct C;");
    assert_eq!(circle(&arrows(folder.path())), None);
    file("c.rs", "pub struct C; fn back() { crate::a::go(); }");
    assert_eq!(
        circle(&arrows(folder.path())),
        Some(["a", "b", "c", "a"].map(str::to_owned).to_vec())
    );
}
