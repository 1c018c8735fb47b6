//! Who says what of an aspect that a team has expectations of.

use crate::case::Case;
use crate::case::attempt::Attempt;
use crate::case::certificate::Certificate;
use crate::case::expectation::Aspect;
use crate::case::input::HeldBy;
use crate::case::metadata::{Endpoint, Metadata};
use crate::case::place::{Place, Sited};
use crate::case::signature::Signature;
use crate::finding::Who;
use crate::view::keys;

/// One source, and what it says of an aspect: it is as expected where any of its values is.
#[derive(Debug, Clone)]
pub(super) struct Source<'a> {
    /// For people: `AuthnRequest/Issuer`, `sp.xml`.
    pub(super) origin: String,
    pub(super) said: Vec<(String, Option<&'a Place>)>,
    /// Whose setting it is.
    pub(super) by: Who,
    pub(super) attempt: Option<&'a Attempt>,
}

impl Case {
    /// Everybody who may say something of it; a source that says nothing is among them.
    pub(super) fn sources_of(&self, aspect: Aspect) -> Vec<Source<'_>> {
        match aspect {
            Aspect::SpEntityId => self.sources_of_sp_entity_id(),
            Aspect::SpAcsUrl => self.sources_of_acs(),
            Aspect::IdpEntityId => self.sources_of_idp_entity_id(),
            Aspect::IdpSsoUrl => self.sources_of_sso(),
            Aspect::SpCertificate | Aspect::IdpCertificate => {
                self.sources_of_certificates(aspect == Aspect::IdpCertificate)
            }
            Aspect::SpSignatureAlgorithm
            | Aspect::IdpSignatureAlgorithm
            | Aspect::IdpDigestAlgorithm => self.sources_of_algorithm(aspect),
            Aspect::NameIdFormat => self.sources_of_name_id_format(),
            Aspect::Attribute | Aspect::Other => Vec::new(),
        }
    }

    /// Copies of metadata that either side works with.
    fn copies(&self, of_idp: bool) -> impl Iterator<Item = (&Metadata, Who)> {
        let wanted = move |one: &&Metadata| {
            one.held_by != HeldBy::Nobody
                && if of_idp { one.idp.is_some() } else { one.sp.is_some() }
        };
        self.metadata.iter().filter(wanted).map(move |one| {
            let by = match one.held_by {
                HeldBy::Sp => Who::Sp,
                HeldBy::Idp => Who::Idp,
                _ if of_idp => Who::Idp,
                _ => Who::Sp,
            };
            (one, by)
        })
    }

    fn sources_of_sp_entity_id(&self) -> Vec<Source<'_>> {
        let mut all: Vec<Source<'_>> = self
            .copies(false)
            .map(|(copy, by)| Source::one(&copy.origin, &copy.entity_id, by))
            .collect();
        all.extend(self.relevant_registrations().map(|one| {
            Source::list(
                "Identifier of the registration",
                one.identifiers.iter().map(|known| &known.value),
                Who::Idp,
            )
        }));
        all.extend(
            self.relevant_configurations()
                .filter_map(|one| Some(Source::one(&one.name, one.entity_id.as_ref()?, Who::Sp))),
        );
        all.extend(self.requests().iter().filter_map(|request| {
            Some(Source::one("AuthnRequest/Issuer", request.issuer()?, Who::Sp).of(request.attempt))
        }));
        all.extend(self.responses().iter().filter_map(|response| {
            let audiences = &response.assertion()?.conditions.as_ref()?.audiences;
            Some(
                Source::list("Audience of the assertion", audiences, Who::Idp).of(response.attempt),
            )
        }));
        all
    }

    fn sources_of_acs(&self) -> Vec<Source<'_>> {
        let mut all: Vec<Source<'_>> = self
            .copies(false)
            .filter_map(|(copy, by)| {
                Some(Source::endpoints(&copy.origin, &copy.sp.as_ref()?.acs, by))
            })
            .collect();
        all.extend(self.relevant_registrations().map(|one| {
            Source::list(
                "Reply URLs of the registration",
                one.reply_urls.iter().map(|known| &known.value),
                Who::Idp,
            )
        }));
        all.extend(
            self.relevant_configurations()
                .filter_map(|one| Some(Source::one(&one.name, one.acs_url.as_ref()?, Who::Sp))),
        );
        all.extend(self.requests().iter().filter_map(|request| {
            let url = request.acs_url()?;
            Some(
                Source::one("AuthnRequest/@AssertionConsumerServiceURL", url, Who::Sp)
                    .of(request.attempt),
            )
        }));
        all.extend(self.responses().iter().filter_map(|response| {
            let url = response.message.destination.as_ref()?;
            Some(Source::one("Response/@Destination", url, Who::Idp).of(response.attempt))
        }));
        all
    }

    fn sources_of_idp_entity_id(&self) -> Vec<Source<'_>> {
        let mut all: Vec<Source<'_>> = self
            .copies(true)
            .map(|(copy, by)| Source::one(&copy.origin, &copy.entity_id, by))
            .collect();
        all.extend(self.responses().iter().filter_map(|response| {
            let issuer = response
                .assertion()
                .and_then(|one| one.issuer.as_ref())
                .or(response.message.issuer.as_ref())?;
            Some(Source::one("Issuer of the response", issuer, Who::Idp).of(response.attempt))
        }));
        all
    }

    fn sources_of_sso(&self) -> Vec<Source<'_>> {
        let mut all: Vec<Source<'_>> = self
            .copies(true)
            .filter_map(|(copy, by)| {
                Some(Source::endpoints(&copy.origin, &copy.idp.as_ref()?.sso, by))
            })
            .collect();
        all.extend(self.requests().iter().filter_map(|request| {
            let seen = request.message.delivered()?;
            let said = vec![(seen.to.clone()?, Some(&seen.place))];
            Some(Source {
                origin: "where the request was sent".to_owned(),
                said,
                by: Who::Sp,
                attempt: request.attempt,
            })
        }));
        all
    }

    fn sources_of_certificates(&self, of_idp: bool) -> Vec<Source<'_>> {
        let mut all: Vec<Source<'_>> = self
            .copies(of_idp)
            .map(|(copy, by)| {
                let keys: Vec<&Certificate> = if of_idp {
                    copy.idp_signing_certificates().collect()
                } else {
                    copy.sp_signing_certificates().collect()
                };
                Source::certificates(&copy.origin, &keys, by)
            })
            .collect();
        if of_idp {
            all.extend(self.relevant_registrations().filter_map(|one| {
                Some(Source::one(
                    "active certificate of the registration",
                    one.active_signing_thumbprint.as_ref()?,
                    Who::Idp,
                ))
            }));
            all.extend(self.responses().iter().map(|response| {
                let keys: Vec<&Certificate> = response.message.embedded_certificates().collect();
                Source::certificates("signature of the response", &keys, Who::Idp)
                    .of(response.attempt)
            }));
        } else {
            all.extend(self.requests().iter().map(|request| {
                let keys: Vec<&Certificate> = request.message.embedded_certificates().collect();
                Source::certificates("signature of the request", &keys, Who::Sp).of(request.attempt)
            }));
        }
        all
    }

    fn sources_of_algorithm(&self, aspect: Aspect) -> Vec<Source<'_>> {
        let of = |signature: &Signature| match aspect {
            Aspect::IdpDigestAlgorithm => {
                signature.references.first().map(|one| one.digest_algorithm.clone())
            }
            _ => Some(signature.algorithm.clone()),
        };
        if aspect == Aspect::SpSignatureAlgorithm {
            return self
                .requests()
                .iter()
                .filter_map(|request| {
                    let query = request
                        .message
                        .query_signature
                        .as_ref()
                        .map(|one| (one.algorithm.clone(), Some(&one.place)));
                    let own = request
                        .message
                        .own_signatures()
                        .next()
                        .map(|one| (one.algorithm.clone(), Some(&one.place)));
                    let said = vec![query.or(own)?];
                    Some(Source {
                        origin: "signature of the request".to_owned(),
                        said,
                        by: Who::Sp,
                        attempt: request.attempt,
                    })
                })
                .collect();
        }
        let responses = self.responses();
        responses
            .iter()
            .flat_map(|response| {
                response
                    .message
                    .signatures
                    .iter()
                    .map(move |signature| (response.attempt, signature))
            })
            .filter_map(|(attempt, signature)| {
                let said = vec![(of(signature)?, Some(&signature.place))];
                Some(Source {
                    origin: format!("signature of {}", keys::carrier(&signature.parent)),
                    said,
                    by: Who::Idp,
                    attempt,
                })
            })
            .collect()
    }

    fn sources_of_name_id_format(&self) -> Vec<Source<'_>> {
        let mut all: Vec<Source<'_>> = Vec::new();
        all.extend(self.requests().iter().filter_map(|request| {
            let format = request.details()?.name_id_format.as_ref()?;
            Some(
                Source::one("NameIDPolicy/@Format of the request", format, Who::Sp)
                    .of(request.attempt),
            )
        }));
        all.extend(self.handed_over().iter().filter_map(|response| {
            let assertion = response.assertion()?;
            let said = vec![(
                assertion.name_id_format.clone()?,
                assertion.name_id.as_ref().map(|name| &name.place),
            )];
            Some(Source {
                origin: "NameID/@Format of the assertion".to_owned(),
                said,
                by: Who::Idp,
                attempt: response.attempt,
            })
        }));
        all
    }
}

impl<'a> Source<'a> {
    fn one(origin: &str, value: &'a Sited<String>, by: Who) -> Self {
        Self::list(origin, std::iter::once(value), by)
    }

    fn list(origin: &str, values: impl IntoIterator<Item = &'a Sited<String>>, by: Who) -> Self {
        let said =
            values.into_iter().map(|value| (value.value.clone(), Some(&value.place))).collect();
        Self { origin: origin.to_owned(), said, by, attempt: None }
    }

    fn endpoints(origin: &str, endpoints: &'a [Endpoint], by: Who) -> Self {
        Self::list(origin, endpoints.iter().map(|endpoint| &endpoint.location), by)
    }

    fn certificates(origin: &str, all: &[&'a Certificate], by: Who) -> Self {
        let usable = all.iter().filter(|certificate| certificate.usable());
        let said = usable
            .flat_map(|one| {
                [(one.sha1.clone(), Some(&one.place)), (one.sha256.clone(), Some(&one.place))]
            })
            .collect();
        Self { origin: origin.to_owned(), said, by, attempt: None }
    }

    fn of(self, attempt: Option<&'a Attempt>) -> Self {
        Self { attempt, ..self }
    }
}
