//! What findings call for in exports of configuration: which field gets which value, as product files say where a
//! setting stands. Texts in, texts out; nothing is ever sent anywhere.
//!
//! A value is written only where a cause names it. Where a finding has several causes, each is an option of its own,
//! and nobody chooses for the people who decide.

mod body;
mod change;
mod edit;
mod export;
mod options;

pub use body::{Body, Command};
pub use change::{Edit, Export, Target};
pub use export::Amended;
pub use options::{asked, held};
