//! From exchanges to the story: sign-in and sign-out attempts, clocks, cookies that got lost.

use super::place::Place;
use jiff::Timestamp;

words! {
    /// What an attempt is for.
    pub enum AttemptKind {
        /// Signing in.
        SignIn,
        /// Signing out.
        SignOut,
    }

    /// How an attempt ended.
    pub enum Outcome {
        /// The capture ends, or the person went elsewhere, before it was decided.
        Incomplete,
        /// Signed in.
        SignedIn,
        /// The identity provider refused.
        RefusedByIdp,
        /// The service provider refused.
        RefusedBySp,
        /// Signed in, yet the same sign-in starts over and over.
        Looping,
        /// Signed in, but what was asked for is refused.
        DeniedAfterSignIn,
        /// The person gave up or started again, and a later attempt took over.
        Abandoned,
        /// Something between broke it: redirect that dropped the message, size limit, no answer.
        BrokenInTransit,
        /// Signed out.
        SignedOut,
        /// Signing out failed.
        SignOutFailed,
    }

    /// Who acts in a step.
    pub enum Actor {
        /// The browser (the person).
        Browser,
        /// The service provider.
        Sp,
        /// The identity provider.
        Idp,
        /// An intermediate broker: a service provider towards one side, an identity provider towards the other.
        Broker,
    }
}

facts! {
    /// One try to sign in or out.
    pub struct Attempt {
        /// Its id in this Case: `a1`, …
        pub id: String,
        /// What for.
        pub kind: AttemptKind,
        /// When it started.
        pub started: Option<Timestamp>,
        /// When its last step happened.
        pub ended: Option<Timestamp>,
        /// How it ended.
        pub outcome: Outcome,
        /// One sentence for people: where it ended and how.
        pub ending: String,
        /// The identity provider started it (no request).
        pub idp_initiated: bool,
        /// It ran on a session the identity provider already had (nobody typed a password).
        pub existing_session: bool,
        /// Number of times credentials were refused on the way.
        pub credential_retries: usize,
        /// Id of the request message.
        pub request: Option<String>,
        /// Id of the response message.
        pub response: Option<String>,
        /// Index of the exchange that carried the response to the service provider.
        pub consumption: Option<usize>,
        /// Index of the exchange where it ended.
        pub end: Option<usize>,
        /// Indexes of its exchanges, in time order.
        pub exchanges: Vec<usize>,
        /// Its steps.
        pub steps: Vec<Step>,
    }

    /// One step of an attempt.
    pub struct Step {
        /// When.
        pub time: Option<Timestamp>,
        /// Who sends.
        pub from: Actor,
        /// Who receives.
        pub to: Actor,
        /// What: `AuthnRequest`, `Response`, `log-in form`, `credentials`, `redirect`, `error page`, …
        pub what: String,
        /// Index of the entry in the capture.
        pub entry: Option<usize>,
        /// Index of the exchange in the Case.
        pub exchange: Option<usize>,
        /// Status of the answer.
        pub status: Option<u16>,
        /// Host and path.
        pub url: Option<String>,
        /// Id of the message it carries.
        pub message: Option<String>,
    }

    /// A side's clock against the browser's, estimated from `Date` headers.
    pub struct Clock {
        /// Host name.
        pub host: String,
        /// Which side.
        pub side: super::exchange::Side,
        /// Seconds the host is ahead of the browser; negative where behind.
        pub ahead_seconds: f64,
        /// How far off the estimate may be, in seconds.
        pub uncertainty_seconds: f64,
        /// Number of answers it rests on.
        pub samples: usize,
    }

    /// A cookie that was set and not sent back where it was due.
    pub struct LostCookie {
        /// Name.
        pub name: String,
        /// Index of the exchange that set it.
        pub set_by: usize,
        /// Index of the exchange that should have carried it.
        pub missing_in: usize,
        /// Id of the attempt.
        pub attempt: Option<String>,
        /// Which attribute explains it: `same-site-strict`, `same-site-lax`, `same-site-default`,
        /// `none-without-secure`, `domain`, `path`, `scheme`, `host`, `secure`, `unknown`.
        pub reason: String,
        /// It explains why the attempt failed (rather than being a cookie nobody needed).
        pub decisive: bool,
        /// Where it was set.
        pub place: Place,
    }
}

impl Attempt {
    /// The service provider accepted the response, whatever came afterwards: what it holds about the
    /// identity provider is good enough to sign in with.
    pub fn accepted(&self) -> bool {
        self.kind == AttemptKind::SignIn
            && matches!(
                self.outcome,
                Outcome::SignedIn | Outcome::Looping | Outcome::DeniedAfterSignIn
            )
    }

    /// It was tried to its end and did not lead where the person wanted.
    pub fn failed(&self) -> bool {
        matches!(
            self.outcome,
            Outcome::RefusedByIdp
                | Outcome::RefusedBySp
                | Outcome::Looping
                | Outcome::DeniedAfterSignIn
                | Outcome::BrokenInTransit
                | Outcome::SignOutFailed
        )
    }
}
