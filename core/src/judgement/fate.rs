//! What became of a message: its signals, weighed.
//!
//! The heaviest signal counts. Where two of one weight disagree, the refusing one does; where only
//! weak ones speak for acceptance against any for refusal, nothing is concluded.

use diag_sdk::case::judgement::{Fate, Signal, Weight};

/// The fate that the signals speak for.
pub(super) fn weigh(signals: &[Signal]) -> Fate {
    let heaviest = |fate: Fate| {
        signals.iter().filter(|signal| signal.speaks_for == fate).map(|signal| signal.weight).max()
    };
    let (accepted, refused, lost) =
        (heaviest(Fate::Accepted), heaviest(Fate::Refused), heaviest(Fate::Lost));
    let against = refused.max(lost);
    let no = if lost > refused { Fate::Lost } else { Fate::Refused };
    match (accepted, against) {
        (None, None) => Fate::Open,
        (Some(_), None) => Fate::Accepted,
        (Some(accepted), Some(against)) if accepted > against => {
            // Being led on, with the cookies hidden, against general words: neither is proven.
            if accepted <= Weight::Clear { Fate::Open } else { Fate::Accepted }
        }
        _ => no,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judgement::weights;
    use diag_sdk::case::judgement::Sign;

    fn fate(signs: &[Sign]) -> Fate {
        let signal = |sign: &Sign| {
            let (speaks_for, weight) = weights::of(*sign);
            Signal { sign: *sign, speaks_for, weight, exchange: None }
        };
        weigh(&signs.iter().map(signal).collect::<Vec<_>>())
    }

    #[test]
    fn what_happened_afterwards_beats_addresses_and_those_beat_words() {
        use Sign::{
            AskedAgain, ErrorAddress, ErrorStatus, Landed, LoginForm, NoAnswer, OwnPage, PageSays,
            SessionSet, SessionUsed, WentOn,
        };
        for (signs, expected) in [
            (&[WentOn, Landed][..], Fate::Accepted),
            (&[WentOn, SessionSet, Landed, PageSays], Fate::Accepted),
            (&[WentOn, Landed, PageSays], Fate::Refused),
            (&[WentOn, SessionSet, ErrorAddress], Fate::Refused),
            (&[WentOn, SessionSet, ErrorAddress, SessionUsed], Fate::Accepted),
            (&[WentOn, SessionSet, AskedAgain], Fate::Refused),
            (&[WentOn, SessionSet, SessionUsed, LoginForm], Fate::Refused),
            (&[ErrorStatus], Fate::Refused),
            (&[ErrorStatus, SessionUsed], Fate::Accepted),
            (&[NoAnswer], Fate::Lost),
            (&[OwnPage], Fate::Open),
            (&[OwnPage, PageSays], Fate::Refused),
            (&[], Fate::Open),
        ] {
            assert_eq!(fate(signs), expected, "{signs:?}");
        }
    }
}
