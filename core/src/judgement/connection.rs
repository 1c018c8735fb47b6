//! Connections that failed, as the browser names it.

use diag_sdk::case::exchange::Exchange;

/// The browser could not reach the server, as opposed to a request that was cancelled.
pub(super) fn connection_failed(exchange: &Exchange) -> bool {
    const FAILURES: &[&str] = &[
        "NAME_NOT_RESOLVED",
        "CONNECTION",
        "TIMED_OUT",
        "ADDRESS",
        "CERT",
        "SSL",
        "INTERNET_DISCONNECTED",
        "TUNNEL",
        "PROXY",
        "EMPTY_RESPONSE",
        "UNKNOWN_HOST",
        "NET_RESET",
        "NET_TIMEOUT",
        "TOO_MANY_REDIRECTS",
        "HTTP2_PROTOCOL",
        "RESPONSE_HEADERS_TOO_BIG",
        "BLOCKED",
        "SEC_ERROR",
        "PKIX_ERROR",
        "SECURE CONNECTION",
        "NOT TRUSTED",
    ];
    let failure = exchange.failure.as_deref().unwrap_or_default().to_ascii_uppercase();
    exchange.status == 0
        && FAILURES.iter().any(|known| failure.contains(known))
        && !failure.contains("ABORTED")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cancelled_requests_are_no_failed_connections() {
        let exchange =
            |failure: &str| Exchange { failure: Some(failure.to_owned()), ..Exchange::default() };
        assert!(connection_failed(&exchange("net::ERR_CONNECTION_RESET")));
        assert!(connection_failed(&exchange("net::ERR_CERT_AUTHORITY_INVALID")));
        assert!(!connection_failed(&exchange("net::ERR_ABORTED")));
        assert!(!connection_failed(&exchange("NS_BINDING_ABORTED")));
        assert!(!connection_failed(&Exchange {
            status: 200,
            ..exchange("net::ERR_CONNECTION_RESET")
        }));
    }
}
