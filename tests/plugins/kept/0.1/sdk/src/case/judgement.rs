//! What core concluded, written down as facts: what became of every message and how that is known,
//! what failed, at whose hands and in whose words.
//!
//! Every check judges by these, and so does every plugin, in whatever language: a message cannot be
//! accepted for one of them and refused for another.

use super::place::Place;
use crate::finding::Who;
use crate::meaning::{Meaning, Writer};
use crate::stage::Stage;
use crate::vendor::Vendor;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

words! {
    /// What became of a message that was handed over.
    pub enum Fate {
        /// The evidence does not tell.
        Open,
        /// The receiver took it.
        Accepted,
        /// The receiver refused it.
        Refused,
        /// It was lost on the way: no answer, a redirect that dropped it, something between that refused it.
        Lost,
    }

    /// Whose hands something is in.
    pub enum Party {
        /// Not known.
        Unknown,
        /// The identity provider.
        Idp,
        /// The service provider.
        Sp,
        /// Whatever stands between: proxy, firewall, balancer, name service.
        Between,
        /// The browser, or the person in front of it.
        Browser,
    }

    /// In which part of a page, address or file a statement stands.
    pub enum Part {
        /// Somewhere in the text.
        Body,
        /// The title.
        Title,
        /// A heading.
        Heading,
        /// What the page marks as an alert or error (`role=alert`, class names, preformatted text of an error page, the only
        /// sentence of a page).
        Alert,
        /// An error object in JSON, or in a script that draws the page.
        Data,
        /// The address: path, query or fragment.
        Address,
        /// A SAML status message.
        Status,
        /// A line of a log.
        Log,
        /// A text that somebody pasted.
        Pasted,
        /// The browser's own reason why there was no answer.
        Browser,
    }

    /// How a service provider looks for the assertion in a response.
    pub enum Lookup {
        /// The first assertion that is a child of the response, decrypted ones included.
        DirectChild,
        /// The first assertion in document order, wherever it stands.
        DocumentOrder,
        /// Each further assertion that is a child of the response: many take what all of them say.
        EachChild,
        /// The element whose ID a signature names, where several have that ID.
        ById,
        /// The first element called `Assertion`, whatever its namespace.
        LocalName,
        /// The encrypted assertion, decrypted where it stands. While no key opens it, the path is that of
        /// the `EncryptedAssertion`.
        Decrypted,
        /// Any other assertion somewhere in the message, signed or not.
        Anywhere,
    }

    /// What the signatures of a message are worth for an assertion that is consumed.
    pub enum Cover {
        /// It cannot be told: the key or the algorithm is not one that is judged here, or what is signed is encrypted.
        Unknown,
        /// A signature that verifies covers it, made with a key that the receiver is known to have.
        Right,
        /// A signature that verifies covers it; which keys the receiver has for the issuer is not known.
        Embedded,
        /// A signature that verifies covers it, made with a key that the receiver is not known to have.
        OtherKey,
        /// The signature that covers it is wrong: its digest or its value.
        Wrong,
        /// The signature that should cover it is of a kind that protects nothing: without a reference, with a secret key, with
        /// transforms that leave open what is signed.
        Worthless,
        /// Only something else is signed.
        Elsewhere,
        /// Nothing is signed.
        Nothing,
    }

    /// How much a signal weighs.
    pub enum Weight {
        /// It only helps where nothing else speaks.
        Weak,
        /// It speaks clearly, and much can outweigh it.
        Clear,
        /// It speaks strongly: words cannot outweigh it.
        Strong,
        /// What happened afterwards: nothing outweighs it.
        Decisive,
    }

    /// What was observed about the fate of a message.
    pub enum Sign {
        /// The answer was a redirect, or its page went on by itself.
        WentOn,
        /// A session cookie came new or changed with the answer or on the way on.
        SessionSet,
        /// A page was reached with 2xx.
        Landed,
        /// Requests after it work without a way back to the identity provider.
        SessionUsed,
        /// The other side answered it with success.
        Answered,
        /// The answer has a status of 400 or more.
        ErrorStatus,
        /// There was no answer.
        NoAnswer,
        /// The redirect dropped the message.
        MessageDropped,
        /// An address on the way names an error.
        ErrorAddress,
        /// A cookie that was set on the way is named for an error.
        ErrorCookie,
        /// The way ended at a log-in address.
        LoginAddress,
        /// The way ended at a log-in form.
        LoginForm,
        /// The same sign-in was asked for once more.
        AskedAgain,
        /// Title, heading or alert of a page say so.
        PageSays,
        /// A page of its own, with no way on and no session.
        OwnPage,
        /// The response itself says that the sign-in failed.
        StatusRefuses,
    }
}

facts! {
    /// Something observed that speaks for a fate.
    pub struct Signal {
        /// What was observed.
        pub sign: Sign,
        /// Which fate it speaks for.
        pub speaks_for: Fate,
        /// How much it weighs.
        pub weight: Weight,
        /// Index of the exchange it shows in.
        pub exchange: Option<usize>,
    }

    /// A sentence somebody stated, word for word but for secrets.
    pub struct Statement {
        /// The sentence.
        pub text: String,
        /// What it means, where that is known.
        pub meaning: Meaning,
        /// Values in it by name, such as `expected`, `actual`, `attribute`.
        pub values: BTreeMap<String, String>,
        /// Who has to act, where the sentence settles it.
        #[serde(deserialize_with = "crate::facts::if_known")]
        pub who: Option<Who>,
        /// The product that writes so, by its id.
        pub vendor: Vendor,
        /// Who writes so: a product where one was recognised; null where any software may.
        #[serde(rename = "product")]
        pub writer: Writer,
        /// In which part of the page it stands.
        pub part: Part,
        /// Index of the exchange whose page states it.
        pub exchange: Option<usize>,
        /// Where it stands.
        pub place: Option<Place>,
        /// When it was written, where it is a line of a log with a time.
        pub time: Option<Timestamp>,
        /// Other days, as `YYYY-MM-DD`, on which the log says the same; the latest ones.
        pub also_on: Vec<String>,
    }

    /// An attempt that failed: where, at whose hands, and what was said.
    pub struct Failure {
        /// Its id in this Case: `fail1`, …
        pub id: String,
        /// The attempt that failed; empty where the failure shows without one (a log alone).
        pub attempt: Option<String>,
        /// Id of the message that was refused or lost.
        pub message: Option<String>,
        /// Where in the sign-in it failed.
        pub stage: Stage,
        /// At whose hands.
        pub party: Party,
        /// What was stated as the reason, most telling first. What it means may not be known.
        pub said: Vec<Statement>,
        /// Vendor codes that were given, outermost first.
        pub codes: Vec<String>,
        /// Status of the answer, where there was one.
        pub status: Option<u16>,
        /// Index of the exchange where it shows.
        pub exchange: Option<usize>,
        /// Where it shows.
        pub place: Option<Place>,
        /// When.
        pub time: Option<Timestamp>,
    }

    /// The assertion that a service provider would take, looking for it in one way.
    pub struct Consumption {
        /// How it looks.
        pub lookup: Lookup,
        /// Element path of the assertion it takes.
        pub path: String,
        /// Index into the message's signatures of the one that verifies and covers that assertion.
        pub covered_by: Option<usize>,
        /// What the signatures are worth for it.
        pub cover: Cover,
        /// Index into the message's signatures of the one that `cover` speaks of.
        pub signature: Option<usize>,
        /// Element paths of what is signed instead.
        pub instead: Vec<String>,
    }

    /// One end of the time in which an assertion may be used.
    pub struct Bound {
        /// The moment.
        pub time: Timestamp,
        /// Element and attribute that say so, such as `Conditions/@NotOnOrAfter`.
        pub said_in: String,
        /// Where that stands.
        pub place: Place,
    }

    /// The time in which an assertion may be used: the narrowest of what it says about itself.
    pub struct Window {
        /// Begin, included.
        pub begin: Option<Bound>,
        /// End, excluded (saml-core-2.0-os §2.5.1).
        pub end: Option<Bound>,
    }

    /// How far a clock is ahead of the browser's.
    pub struct Offset {
        /// Seconds ahead; negative where behind.
        pub ahead_seconds: f64,
        /// How far off that may be, in seconds.
        pub uncertainty_seconds: f64,
        /// What it rests on, for people.
        pub rests_on: String,
    }
}

impl Cover {
    /// No signature protects what is consumed: anybody could have written it.
    pub fn is_open(self) -> bool {
        matches!(
            self,
            Self::OtherKey | Self::Wrong | Self::Worthless | Self::Elsewhere | Self::Nothing
        )
    }
}

impl Failure {
    /// What was stated means one of these.
    pub fn means(&self, meanings: &[Meaning]) -> bool {
        self.said.iter().any(|statement| meanings.contains(&statement.meaning))
    }

    /// A reason was stated whose meaning is known and particular.
    pub fn is_particular(&self) -> bool {
        self.said.iter().any(|statement| !statement.meaning.is_vague())
    }

    /// The sentence that tells most.
    pub fn sentence(&self) -> Option<&Statement> {
        self.said.first()
    }
}

impl Statement {
    /// For people: who says it, where a product was recognised, and the sentence; of a line of a log also when.
    pub fn quoted(&self) -> String {
        let who = self.writer.product().unwrap_or("It");
        match self.part {
            Part::Log if self.writer.product().is_none() => {
                format!("The log says: “{}”{}.", self.text, self.told_when())
            }
            Part::Pasted if self.writer.product().is_none() => {
                format!("The pasted text says: “{}”.", self.text)
            }
            Part::Pasted => format!("The pasted text is what {who} says: “{}”.", self.text),
            Part::Log => format!("The log of {who} says: “{}”{}.", self.text, self.told_when()),
            _ => format!("{who} says: “{}”.", self.text),
        }
    }

    /// For people: when the log says so, and on which other days. Empty where no time is known.
    pub fn told_when(&self) -> String {
        let at = self.time.map(|time| format!(" at {time}")).unwrap_or_default();
        if self.also_on.is_empty() {
            at
        } else {
            format!("{at} (also on {})", self.also_on.join(", "))
        }
    }
}

impl Offset {
    /// The moment this clock shows when the browser's shows `time`. `shift` moves it within the
    /// uncertainty: -1 is the earliest, 1 the latest it may show.
    pub fn shown_at(&self, time: Timestamp, shift: f64) -> Timestamp {
        let by = self.ahead_seconds + shift.clamp(-1.0, 1.0) * self.uncertainty_seconds;
        SignedDuration::try_from_secs_f64(by)
            .ok()
            .and_then(|by| time.checked_add(by).ok())
            .unwrap_or(time)
    }
}

impl Window {
    /// The bound that has passed at that moment: the end itself is outside.
    pub fn over(&self, time: Timestamp) -> Option<&Bound> {
        self.end.as_ref().filter(|end| end.time <= time)
    }

    /// The bound that is still to come.
    pub fn ahead(&self, time: Timestamp) -> Option<&Bound> {
        self.begin.as_ref().filter(|begin| begin.time > time)
    }

    /// The moment lies inside.
    pub fn holds(&self, time: Timestamp) -> bool {
        self.over(time).is_none() && self.ahead(time).is_none()
    }
}
