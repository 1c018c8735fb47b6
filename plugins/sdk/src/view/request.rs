//! Sign-in requests: what the service provider asked for, and whether the identity provider took it.

use super::delivery::Delivery;
use super::index::Index;
use crate::case::Case;
use crate::case::message::{AuthnRequest, MessageKind};
use crate::case::place::Sited;
use std::collections::HashMap;
use std::ops::Deref;

/// An `AuthnRequest` together with what became of it. Accepted means: the identity provider took it.
#[derive(Debug, Clone)]
pub struct Request<'a>(Delivery<'a>);

impl<'a> Deref for Request<'a> {
    type Target = Delivery<'a>;
    fn deref(&self) -> &Delivery<'a> {
        &self.0
    }
}

impl<'a> Request<'a> {
    /// What only an `AuthnRequest` has.
    pub fn details(&self) -> Option<&'a AuthnRequest> {
        self.message.request.as_ref()
    }

    /// `Issuer`.
    pub fn issuer(&self) -> Option<&'a Sited<String>> {
        self.message.issuer.as_ref()
    }

    /// `AssertionConsumerServiceURL`.
    pub fn acs_url(&self) -> Option<&'a Sited<String>> {
        self.details()?.acs_url.as_ref()
    }
}

impl Case {
    /// Sign-in requests that could be read.
    pub fn requests(&self) -> Vec<Request<'_>> {
        let index = Index::of(self);
        let readable =
            self.messages_of(MessageKind::AuthnRequest).filter(|message| message.broken.is_none());
        readable.map(|message| Request(Delivery::of(self, message, &index))).collect()
    }

    /// Sign-in requests by the id of the attempt they began.
    pub fn requests_by_attempt(&self) -> HashMap<&str, Request<'_>> {
        self.requests()
            .into_iter()
            .filter_map(|request| Some((request.attempt?.id.as_str(), request)))
            .collect()
    }
}
