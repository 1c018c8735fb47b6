//! Where the service provider consumes responses, collected once for all responses.

use super::response::Response;
use super::sides::{Source, Used, acs_urls_of_all_bindings};
use crate::address;
use crate::case::Case;
use crate::destinations::Destinations;
use crate::difference;

/// Every URL at which the service provider says it consumes responses: what its requests name, what its
/// configuration serves and what its metadata lists (all bindings).
#[derive(Debug, Clone)]
pub struct Consumers<'a> {
    named: Vec<Used<'a>>,
    /// Configuration and metadata: these count for every response.
    standing: Vec<Used<'a>>,
    by_name: Destinations<'a>,
    by_standing: Destinations<'a>,
}

/// Those of them that count for one response: of the URLs that requests name only that of the request it
/// answers, or all where that request is not known.
#[derive(Debug, Clone, Copy)]
pub struct ConsumersOf<'c, 'a> {
    all: &'c Consumers<'a>,
    named: &'c [Used<'a>],
}

impl<'a> Consumers<'a> {
    /// Those that count for a response.
    pub fn of<'c>(&'c self, response: &Response<'a>) -> ConsumersOf<'c, 'a> {
        let Some(request) = response.request() else {
            return ConsumersOf { all: self, named: &self.named };
        };
        let acs = request.request.as_ref().and_then(|details| details.acs_url.as_ref());
        let named = acs
            .and_then(|acs| self.by_name.position(&acs.value))
            .and_then(|index| self.named.get(index));
        ConsumersOf { all: self, named: named.map_or(&[], std::slice::from_ref) }
    }
}

impl<'c, 'a> ConsumersOf<'c, 'a> {
    /// None is known.
    pub fn is_empty(&self) -> bool {
        self.first().is_none()
    }

    /// The first of them: what the request names before anything else.
    pub fn first(&self) -> Option<&'c Used<'a>> {
        self.named.first().or_else(|| self.all.standing.first())
    }

    /// One of them is exactly that URL.
    pub fn has(&self, url: &str) -> bool {
        let named = match self.named {
            [only] => only.value == url,
            named => !named.is_empty() && self.all.by_name.position(url).is_some(),
        };
        named || self.all.by_standing.position(url).is_some()
    }

    /// The one a browser that asked for that URL was sent to.
    pub fn reached(&self, seen: &str) -> Option<&'c Used<'a>> {
        let named = match self.named {
            [only] => Some(only).filter(|only| address::reaches(only.value, seen)),
            named => self.all.by_name.reached(seen).and_then(|index| named.get(index)),
        };
        named.or_else(|| {
            self.all.by_standing.reached(seen).and_then(|index| self.all.standing.get(index))
        })
    }

    /// The one that URL comes nearest to.
    pub fn nearest(&self, url: &str) -> Option<&'c Used<'a>> {
        // A person is told of one URL: the first hundred are enough to find it in.
        let near = || self.named.iter().chain(&self.all.standing).take(100);
        let nearest =
            difference::nearest(near().map(|used| used.value), url).map(|(value, _)| value);
        near().find(|used| nearest == Some(used.value)).or_else(|| self.first())
    }
}

impl Case {
    /// Where the service provider consumes responses. Collect it once per check.
    pub fn consumers(&self) -> Consumers<'_> {
        let (named, standing): (Vec<Used<'_>>, Vec<Used<'_>>) = acs_urls_of_all_bindings(self)
            .into_iter()
            .partition(|used| used.source == Source::Request);
        let by_name = named.iter().map(|used| used.value).collect();
        let by_standing = standing.iter().map(|used| used.value).collect();
        Consumers { named, standing, by_name, by_standing }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::attempt::Outcome;
    use crate::case::input::HeldBy;
    use crate::testing;

    const OTHER: &str = "https://sense.example/other/";

    fn two_requests() -> Case {
        let mut case = testing::sign_in(Outcome::RefusedBySp);
        let mut second = testing::request();
        second.id = "m3".to_owned();
        second.xml_id = Some("_second".into());
        second.request.as_mut().unwrap().acs_url = Some(OTHER.into());
        case.messages.push(second);
        case
    }

    #[test]
    fn of_the_requests_only_the_answered_one_counts() {
        let mut case = two_requests();
        let known = |case: &Case| {
            let (all, responses) = (case.consumers(), case.responses());
            let own = all.of(&responses[0]);
            (
                own.has(testing::ACS_URL),
                own.has(OTHER),
                own.reached(testing::ACS_SEEN).is_some(),
                own.reached(OTHER).is_some(),
            )
        };
        assert_eq!(known(&case), (true, false, true, false));
        case.messages[1].in_response_to = Some("_second".into());
        assert_eq!(known(&case), (false, true, false, true));
        case.messages[1].in_response_to = None;
        case.attempts[0].request = None;
        assert_eq!(known(&case), (true, true, true, true));
    }

    #[test]
    fn configuration_and_metadata_count_for_all() {
        let mut case = two_requests();
        case.messages[0].request.as_mut().unwrap().acs_url = None;
        assert!(case.consumers().of(&case.responses()[0]).is_empty());
        case.sp_configurations.push(testing::entry_point());
        case.metadata = vec![testing::sp_metadata("d1", HeldBy::Publisher, &[], &[])];
        let (all, responses) = (case.consumers(), case.responses());
        let own = all.of(&responses[0]);
        assert_eq!(own.first().map(|used| used.source), Some(Source::Configuration));
        assert_eq!(
            own.nearest("https://sense.example/azure/samlauthn").map(|used| used.value),
            Some(testing::ACS_URL)
        );
        assert!(
            own.has(testing::ACS_URL)
                && own.reached(testing::ACS_SEEN).is_some()
                && own.reached(OTHER).is_none()
        );
    }
}
