//! Every product file that comes with diag is sound, says where it knows what it says, and gets in no other's way.

use diag_products::{Product, Products, Vendor, load};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

fn files() -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data");
    let mut files: Vec<(String, String)> = fs::read_dir(folder)
        .expect("the product files")
        .flatten()
        .map(|file| {
            (
                file.file_name().to_string_lossy().into_owned(),
                fs::read_to_string(file.path()).expect("text"),
            )
        })
        .collect();
    files.sort();
    files
}

fn read() -> Vec<Product> {
    let mut faults = Vec::new();
    let products = files()
        .iter()
        .filter_map(|(name, text)| {
            load::read(name, text)
                .map_err(|found| faults.extend(found.iter().map(ToString::to_string)))
                .ok()
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    products
}

#[test]
fn every_file_is_sound() {
    let products = read();
    assert!(products.len() >= 60, "{}", products.len());
    for ((name, _), product) in files().iter().zip(&products) {
        assert_eq!(*name, format!("{}.toml", product.id), "a file is called by the id in it");
    }
}

#[test]
fn every_entry_says_where_it_was_read() {
    for product in read() {
        let texts = product.texts.iter().map(|text| (&text.id, &text.source));
        let screens = product.screens.iter().map(|screen| (&screen.at, &screen.source));
        let others = product.demands.iter().map(|demand| (&demand.why, &demand.source));
        for (what, source) in texts.chain(screens).chain(others) {
            assert!(
                product.id == "generic" || !source.trim().is_empty(),
                "{}: {what} names no source",
                product.id
            );
        }
        let seen = product.seen.as_deref().unwrap_or_default();
        assert!(seen.len() == 10 && seen.starts_with("20"), "{}: seen is a date", product.id);
    }
}

#[test]
fn no_sample_of_one_product_is_heard_as_something_else_of_another() {
    let conflicts = load::conflicts(&Products::of(read()));
    assert!(conflicts.is_empty(), "{}", conflicts.join("\n"));
}

#[test]
fn what_runs_is_what_the_files_say() {
    let builtin = Products::builtin();
    let (read, carried): (Vec<Product>, Vec<&Product>) = (read(), builtin.iter().collect());
    let ids = |products: &mut dyn Iterator<Item = String>| products.collect::<BTreeSet<String>>();
    assert_eq!(
        ids(&mut read.iter().map(|product| product.id.clone())),
        ids(&mut carried.iter().map(|product| product.id.clone())),
        "the program carries every file"
    );
    for product in &read {
        let own = builtin.get(&product.id).expect("carried");
        assert_eq!(
            (own.texts.len(), own.screens.len()),
            (product.texts.len(), product.screens.len()),
            "{}",
            product.id
        );
        assert_eq!(
            own.samples,
            product.texts.iter().map(|text| text.hit.len() + text.miss.len()).sum::<usize>(),
            "{}",
            product.id
        );
        assert!(Vendor::read(&product.id).is_some());
    }
}

#[test]
fn text_that_goes_on_and_on_costs_no_more_than_its_length() {
    let products = Products::builtin();
    let scope = diag_products::Scope { place: diag_products::Where::Page, proven: products.all() };
    // Beginnings of sentences that never go on, over and over: what may be compared is bounded.
    let tease = "the inresponseto of the response: signature validation failed attribute assertion consumer service url ".repeat(20_000);
    assert!(products.find_all(&tease, &scope).len() < 60);
}

#[test]
fn a_page_of_one_word_is_searched_in_bounded_work() {
    let products = Products::builtin();
    let scope = diag_products::Scope { place: diag_products::Where::Page, proven: products.all() };
    // More repetitions than a counter of sixteen bits holds.
    assert!(products.find_all(&"attribute ".repeat(70_000), &scope).len() < 20);
    assert!(
        products.codes_in(&"AADSTS50011 AADSTS700016 AADSTS9 AADSTS75011 ".repeat(70_000)).len()
            <= 12
    );
}
