//! The integration suite: one binary, whole inputs.

mod aggregates;
mod architecture;
mod bystanders;
mod circles;
mod examples;
mod floor;
mod forgeries;
mod guides;
mod handed_in;
mod healthy_ways;
mod idp_metadata;
mod logs;
mod one_fault;
mod packs;
mod page;
mod plugins;
mod products;
mod registrations;
mod rendering;
mod secrets;
mod seeds;
mod server_logs;
mod shipped_examples;
mod variants;
mod wording;
mod ws_federation;
