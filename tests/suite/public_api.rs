//! The public items of `diag-sdk`, which others compile against, are kept in a list: what stands there may not go or change
//! without a new version. Adding is free, and the list is written anew with `UPDATE_API=1`.

use diag_tests::plugin::workspace;
use quote::ToTokens;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use syn::{Attribute, Fields, ImplItem, Item, ItemImpl, Meta, TraitItem, Visibility};

/// What is found so far: a line for each item.
#[derive(Default)]
struct Api {
    lines: BTreeSet<String>,
}

/// Code as one line, the same however it was laid out.
fn flat(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut out = words;
    for (wide, narrow) in [
        ("< ", "<"),
        (" >", ">"),
        (" <", "<"),
        ("& ", "&"),
        ("( ", "("),
        (" )", ")"),
        (" ,", ","),
        (" ;", ";"),
        (",)", ")"),
        (", )", ")"),
    ] {
        out = out.replace(wide, narrow);
    }
    out
}

fn text(node: &impl ToTokens) -> String {
    node.to_token_stream().to_string()
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn is_hidden(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) => {
            let tokens = list.tokens.to_string();
            (list.path.is_ident("doc") && tokens == "hidden")
                || (list.path.is_ident("cfg") && (tokens == "test" || tokens.starts_with("any")))
        }
        _ => false,
    })
}

impl Api {
    fn add(&mut self, line: &str) {
        self.lines.insert(flat(line));
    }

    fn file(&mut self, path: &Path, module: &str) {
        let text =
            fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let parsed =
            syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let folder = if ["lib.rs", "mod.rs"].iter().any(|name| path.ends_with(name)) {
            path.parent().expect("a folder").to_owned()
        } else {
            path.with_extension("")
        };
        for item in &parsed.items {
            self.item(item, module, &folder);
        }
    }

    fn item(&mut self, item: &Item, module: &str, folder: &Path) {
        match item {
            Item::Mod(inner)
                if is_public(&inner.vis) && !is_hidden(&inner.attrs) && inner.content.is_none() =>
            {
                let name = inner.ident.to_string();
                let path = [folder.join(format!("{name}.rs")), folder.join(&name).join("mod.rs")]
                    .into_iter()
                    .find(|path| path.is_file());
                self.add(&format!("mod {module}::{name}"));
                self.file(&path.expect("the module's file"), &format!("{module}::{name}"));
            }
            Item::Use(used) if is_public(&used.vis) => {
                self.add(&format!("{module}: pub use {}", text(&used.tree)));
            }
            Item::Fn(function) if is_public(&function.vis) && !is_hidden(&function.attrs) => {
                self.add(&format!("{module}: {}", text(&function.sig)));
            }
            Item::Const(value) if is_public(&value.vis) => {
                self.add(&format!("const {module}::{}: {}", value.ident, text(&value.ty)));
            }
            Item::Static(value) if is_public(&value.vis) => {
                self.add(&format!("static {module}::{}: {}", value.ident, text(&value.ty)));
            }
            Item::Type(value) if is_public(&value.vis) => {
                self.add(&format!("type {module}::{} = {}", value.ident, text(&value.ty)));
            }
            Item::Struct(value) if is_public(&value.vis) => {
                self.add(&format!("struct {module}::{}", value.ident));
                for (index, field) in
                    value.fields.iter().enumerate().filter(|(_, field)| is_public(&field.vis))
                {
                    let name =
                        field.ident.as_ref().map_or_else(|| index.to_string(), ToString::to_string);
                    self.add(&format!(
                        "field {module}::{}.{name}: {}",
                        value.ident,
                        text(&field.ty)
                    ));
                }
            }
            Item::Enum(value) if is_public(&value.vis) => {
                self.add(&format!("enum {module}::{}", value.ident));
                for variant in &value.variants {
                    let shape = match &variant.fields {
                        Fields::Unit => String::new(),
                        fields => text(fields),
                    };
                    self.add(&format!(
                        "variant {module}::{}::{}{shape}",
                        value.ident, variant.ident
                    ));
                }
            }
            Item::Trait(value) if is_public(&value.vis) => {
                for item in &value.items {
                    if let TraitItem::Fn(function) = item {
                        self.add(&format!(
                            "trait {module}::{}: {}",
                            value.ident,
                            text(&function.sig)
                        ));
                    }
                }
            }
            Item::Impl(block) if block.trait_.is_none() && !is_hidden(&block.attrs) => {
                self.methods(block, module);
            }
            Item::Macro(value)
                if value
                    .attrs
                    .iter()
                    .any(|attribute| attribute.path().is_ident("macro_export")) =>
            {
                self.add(&format!("macro {}!", value.ident.as_ref().expect("a name")));
            }
            _ => {}
        }
    }

    fn methods(&mut self, block: &ItemImpl, module: &str) {
        let of = text(&block.self_ty);
        for item in &block.items {
            match item {
                ImplItem::Fn(function)
                    if is_public(&function.vis) && !is_hidden(&function.attrs) =>
                {
                    self.add(&format!("impl {module}::{of}: {}", text(&function.sig)));
                }
                ImplItem::Const(value) if is_public(&value.vis) => {
                    self.add(&format!(
                        "impl {module}::{of}: const {}: {}",
                        value.ident,
                        text(&value.ty)
                    ));
                }
                _ => {}
            }
        }
    }
}

#[test]
fn what_plugins_compile_against_stays() {
    let mut api = Api::default();
    api.file(&workspace().join("plugins/sdk/src/lib.rs"), "diag_sdk");
    assert!(api.lines.len() > 500, "only {} items", api.lines.len());
    let path = workspace().join("tests/sdk-api.txt");
    if std::env::var_os("UPDATE_API").is_some() {
        let mut lines: Vec<&str> = api.lines.iter().map(String::as_str).collect();
        lines.push("");
        fs::write(&path, lines.join("\n")).expect("written");
    }
    let kept = fs::read_to_string(&path).expect("tests/sdk-api.txt").replace("\r\n", "\n");
    let gone: Vec<&str> = kept.lines().filter(|line| !api.lines.contains(*line)).collect();
    assert!(
        gone.is_empty(),
        "public items of diag-sdk that went or changed. Where that is meant, raise the version as docs/releasing.md says, tell it in CHANGELOG.md, \
         and write the list anew with UPDATE_API=1:\n{}",
        gone.join("\n")
    );
}
