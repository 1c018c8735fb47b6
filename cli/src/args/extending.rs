//! Options of commands for those who write checks and product files of their own.

use super::about::ListFormat;
use super::case::CaseArguments;
use super::check::ProductArguments;
use clap::{Args, Subcommand, ValueEnum, ValueHint};
use std::path::PathBuf;

/// Commands about product files.
#[derive(Debug, Subcommand)]
pub(crate) enum ProductCommand {
    /// Try the samples of a product file, by the very path a capture takes
    Test(ProductTestArguments),
    /// Tell which entry of a product is found in a page, and where the others drop out
    Explain(ProductExplainArguments),
    /// Draft a product file from the pages of a capture that were not understood
    New(ProductNewArguments),
    /// List the products diag knows
    List(ProductListArguments),
}

/// Options of `product test`.
#[derive(Debug, Args)]
pub(crate) struct ProductTestArguments {
    /// The product files
    #[arg(value_name = "FILE", required = true, value_hint = ValueHint::FilePath)]
    pub(crate) paths: Vec<PathBuf>,
}

/// Options of `product explain`.
#[derive(Debug, Args)]
pub(crate) struct ProductExplainArguments {
    /// A product file, or the id of a product diag knows
    #[arg(value_name = "FILE|ID")]
    pub(crate) product: String,
    /// A page as saved from the browser, its text, an address, or `-` for standard input
    #[arg(value_name = "PAGE", default_value = "-", value_hint = ValueHint::FilePath)]
    pub(crate) page: String,
    /// The address the page came from: its host and path may show whose it is
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
}

/// Options of `product new`.
#[derive(Debug, Args)]
pub(crate) struct ProductNewArguments {
    /// The capture whose pages are to be understood
    #[arg(long, value_name = "CAPTURE", required = true, value_hint = ValueHint::FilePath)]
    pub(crate) from_capture: PathBuf,
    /// The product's name
    #[arg(long, value_name = "NAME", default_value = "My product")]
    pub(crate) name: String,
    /// The file to write [default: standard output]; it must not exist yet
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,
}

/// Options of `product list`.
#[derive(Debug, Args)]
pub(crate) struct ProductListArguments {
    /// How to write the list
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) format: ListFormat,
    #[command(flatten)]
    pub(crate) products: ProductArguments,
}

/// Commands about plugins.
#[derive(Debug, Subcommand)]
pub(crate) enum PluginCommand {
    /// Write a new plugin to begin with, a pack or a project: its tests pass
    New(NewArguments),
    /// Run the examples in the documentation of a plugin's checks
    Test(TestArguments),
    /// Pack a folder of packs, product files, libraries and programs into one bundle to hand on
    Pack(PackArguments),
    /// Pin a plugin or a bundle in diag.toml by its SHA-256, so that it is loaded from there
    Trust(TrustArguments),
    /// Show the plugins of diag.toml, and whether they would be loaded
    List(ListArguments),
}

/// Options of `plugin new`.
#[derive(Debug, Args)]
pub(crate) struct NewArguments {
    /// Its name, the first part of the ids of its checks; also the file or folder that is written
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// What it is written in
    #[arg(long, value_name = "LANGUAGE", value_enum, default_value_t)]
    pub(crate) lang: Language,
    /// With --lang rust, the folder of diag-sdk: plugins/sdk of a checkout of diag [default: that of the checkout diag was built in]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) sdk: Option<PathBuf>,
}

/// What a plugin is written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// A pack of expressions in one text file: nothing to program, to build or to install
    #[default]
    Pack,
    /// A library in Rust, with the vocabulary of diag itself
    Rust,
    /// A library in C, or any language that can export a C function
    C,
    /// A program in Python, or any language that can read and print lines
    Python,
}

/// Options of `plugin test`.
#[derive(Debug, Args)]
pub(crate) struct TestArguments {
    /// The plugins
    #[arg(value_name = "PATH", required = true, value_hint = ValueHint::FilePath)]
    pub(crate) paths: Vec<PathBuf>,
    /// A real case, a folder or a file: which checks find something in it, and which cannot tell and why (repeat for several)
    #[arg(long, value_name = "DIR", value_hint = ValueHint::AnyPath)]
    pub(crate) case: Vec<PathBuf>,
    /// With --case: let the plugins see what they ask for, secret:personal
    #[arg(long, value_name = "WHAT", requires = "case")]
    pub(crate) grant: Vec<String>,
    #[command(flatten)]
    pub(crate) read: CaseArguments,
}

/// Options of `plugin trust`.
#[derive(Debug, Args)]
pub(crate) struct TrustArguments {
    /// The plugins
    #[arg(value_name = "PATH", required = true, value_hint = ValueHint::FilePath)]
    pub(crate) paths: Vec<PathBuf>,
    /// Let them see what they ask for: secret:personal shows names and attributes of people
    #[arg(long, value_name = "WHAT")]
    pub(crate) grant: Vec<String>,
    /// The file to pin them in instead of ./diag.toml
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,
    /// Pin them in your own file, which counts in every folder: diag config path tells where it lies
    #[arg(long, conflicts_with = "config")]
    pub(crate) user: bool,
    /// Pin nothing but the file that has this SHA-256, as whoever made it told you
    #[arg(long, value_name = "HEX")]
    pub(crate) sha256: Option<String>,
}

/// Options of `plugin pack`.
#[derive(Debug, Args)]
pub(crate) struct PackArguments {
    /// The folder with packs, product files, libraries and programs
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) folder: PathBuf,
    /// The bundle to write, such as team.diagpack
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) output: PathBuf,
}

/// Options of `plugin list`.
#[derive(Debug, Args)]
pub(crate) struct ListArguments {
    /// The file that names them instead of ./diag.toml
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,
    /// How to write the list
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) format: ListFormat,
}
