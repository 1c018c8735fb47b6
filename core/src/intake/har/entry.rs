//! An entry as exporters write it: every field may be missing, null, or of another type.

use super::lenient::{Flag, List, Number, Pairs, Present, Text, drain_seq};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

lenient! {
    /// An element of `log.entries`.
    struct Entry {
        started: Text<'a> = "startedDateTime",
        time: Number = "time",
        request: Request<'a> = "request",
        response: Response<'a> = "response",
        resource_type: Text<'a> = "_resourceType",
        error: Text<'a> = "_error",
        messages: Present = "_webSocketMessages",
    }

    /// Its `request`.
    struct Request {
        method: Text<'a> = "method",
        url: Text<'a> = "url",
        headers: Pairs<'a> = "headers",
        cookies: List<Cookie<'a>> = "cookies",
        post: PostData<'a> = "postData",
        body_size: Number = "bodySize",
        failure: Text<'a> = "_failureText",
    }

    /// Its `request.postData`.
    struct PostData {
        mime: Text<'a> = "mimeType",
        text: Text<'a> = "text",
        encoding: Text<'a> = "encoding",
        params: Pairs<'a> = "params",
    }

    /// Its `response`.
    struct Response {
        status: Number = "status",
        status_text: Text<'a> = "statusText",
        headers: Pairs<'a> = "headers",
        cookies: List<Cookie<'a>> = "cookies",
        content: Content<'a> = "content",
        redirect_url: Text<'a> = "redirectURL",
        error: Text<'a> = "_error",
        failure: Text<'a> = "_failureText",
    }

    /// Its `response.content`.
    struct Content {
        size: Number = "size",
        mime: Text<'a> = "mimeType",
        text: Text<'a> = "text",
        encoding: Text<'a> = "encoding",
    }

    /// An element of a `cookies` list.
    struct Cookie {
        name: Text<'a> = "name",
        value: Text<'a> = "value",
        path: Text<'a> = "path",
        domain: Text<'a> = "domain",
        expires: Text<'a> = "expires",
        http_only: Flag = "httpOnly",
        secure: Flag = "secure",
        same_site: Text<'a> = "sameSite",
    }

    /// An entry at a glance: enough to tell whether it is page furniture.
    struct Glance {
        started: Text<'a> = "startedDateTime",
        time: Number = "time",
        request: GlanceRequest<'a> = "request",
        response: GlanceResponse<'a> = "response",
        resource_type: Text<'a> = "_resourceType",
    }

    /// Its `request`.
    struct GlanceRequest {
        method: Text<'a> = "method",
        url: Text<'a> = "url",
    }

    /// Its `response`.
    struct GlanceResponse {
        status: Number = "status",
        content: GlanceContent<'a> = "content",
    }

    /// Its `response.content`.
    struct GlanceContent {
        mime: Text<'a> = "mimeType",
    }

    /// `log.creator` and `log.browser`.
    struct Tool {
        name: Text<'a> = "name",
        version: Text<'a> = "version",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    fn here(text: &str) -> Text<'_> {
        Text::Here(Cow::Borrowed(text))
    }

    #[test]
    fn odd_types_cost_nothing_but_themselves() {
        let entry: Entry<'_> = serde_json::from_str(
            r#"{"startedDateTime":1795492164463,"time":"12.5","request":{"method":"GET","url":null,"method":"POST","headers":{"Host":"a","X":["b","c"]},
                "cookies":null,"postData":[1,2]},"response":null,"_webSocketMessages":[{}],"_resourceType":{"a":1}}"#,
        )
        .unwrap();
        assert_eq!(entry.started, here("1795492164463"));
        assert_eq!(entry.time, Number(Some(12.5)));
        assert_eq!(entry.request.method, here("POST"));
        assert_eq!(entry.request.url, Text::Absent);
        assert_eq!(entry.request.headers.0, [(here("Host"), here("a")), (here("X"), here("b"))]);
        assert_eq!(entry.response, Response::default());
        assert!(entry.messages.0);
    }
}
