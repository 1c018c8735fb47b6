//! The RelayState is longer than the bindings allow.

use diag_sdk::case::judgement::Party;
use diag_sdk::case::message::MessageKind;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check,
};

/// Longest RelayState the bindings allow, in bytes.
const LONGEST: usize = 80;

static WHOLE_ADDRESS: CauseData = CauseData {
    text: "The service provider puts the whole address the person wanted into the RelayState",
    who: Who::Sp,
    setting: Setting::Unspecified,
    fix: "Have it keep the address on its own side and send a short key",
};

check! {
    /// The RelayState is longer than the bindings allow.
    ///
    /// The bindings limit a RelayState to 80 bytes (saml-bindings-2.0-os §3.4.3, §3.5.3). Many products accept more,
    /// so this breaks nothing by itself; others cut it off or drop it, and the person then lands somewhere
    /// else or is refused.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [one]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}"/>
    ///
    /// GET https://idp.example/sso?SAMLRequest={redirect:one}&RelayState=https%3A%2F%2Fsp.example%2Freports%2Fquarterly%2F2026%2Fq3%2Fregions%2Fnorth%2Fsheets%2Foverview%2Fand%2Fmore @1s
    /// < 200
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [one]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}"/>
    ///
    /// GET https://idp.example/sso?SAMLRequest={redirect:one}&RelayState=%2Fapp @1s
    /// < 200
    /// ```
    pub static RELAY_STATE_TOO_LONG = {
        id: "flow/relay-state-too-long",
        title: "The RelayState is longer than 80 bytes",
        levels: [Severity::Error, Severity::Warning, Severity::Notice],
        stage: Stage::Request,
        needs: [Need::Capture],
        explains: ["flow/idp-error-page"],
        accounts: [Account::idp(&[Meaning::RelayState])],
        causes: [WHOLE_ADDRESS],
        references: [
            Reference::section(Specification::SamlBindings, "3.4.3"),
            Reference::section(Specification::SamlBindings, "3.5.3"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let too_long = case.messages_of(MessageKind::AuthnRequest).filter_map(|message| {
        let state = message.relay_state.as_ref().filter(|state| state.secret.length > LONGEST)?;
        Some((message, state))
    });
    // A loop sends the same one over and over: the longest stands for all.
    let Some((message, state)) = too_long.max_by_key(|(_, state)| state.secret.length) else {
        return;
    };
    let attempt = case.attempt_of(&message.id);
    let said = attempt
        .and_then(|attempt| case.failure_of(attempt))
        .filter(|failure| failure.party == Party::Idp);
    let said = said
        .and_then(|failure| failure.said.iter().find(|said| said.meaning == Meaning::RelayState));
    let severity = match said {
        Some(_) => Severity::Error,
        None if attempt.is_some_and(diag_sdk::case::attempt::Attempt::accepted) => Severity::Notice,
        None => Severity::Warning,
    };
    out.push(
        Finding::new(severity, "The RelayState is longer than 80 bytes")
            .expected(format!("at most {LONGEST} bytes"), "saml-bindings-2.0-os §3.4.3")
            .actual(format!("{} characters", state.secret.length), "the request")
            .at_all(
                message.delivered().or(message.sightings.first()).map(|sighting| &sighting.place),
            )
            .detail(said.map(diag_sdk::case::judgement::Statement::quoted).unwrap_or_default())
            .at_all(said.and_then(|said| said.place.as_ref()))
            .attempt(attempt.map(|attempt| attempt.id.clone()).unwrap_or_default())
            .subject(message.id.clone())
            .cause(&WHOLE_ADDRESS, case.sp_vendor),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::message::Message;
    use diag_sdk::{Personal, Secret};

    #[test]
    fn eighty_is_allowed_and_eighty_one_is_not() {
        let found = |length| {
            let state =
                Personal { secret: Secret { length, ..Secret::default() }, ..Personal::default() };
            let message = Message {
                kind: MessageKind::AuthnRequest,
                relay_state: Some(state),
                ..Message::default()
            };
            RELAY_STATE_TOO_LONG
                .judge(&Case { messages: vec![message], ..Case::default() })
                .found()
                .len()
        };
        assert_eq!((found(80), found(81)), (0, 1));
    }
}
