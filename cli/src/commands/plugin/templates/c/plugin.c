/* Checks of @name@ for diag, in plain C.
 *
 * What crosses is JSON. This plugin looks for one text in the facts, which needs no parser; for more
 * than that bring one, such as cJSON or yyjson, which are a single file each.
 */

#include "diag_plugin.h"

#include <stdlib.h>
#include <string.h>

#define ID "@name@/capture-sanitised"

static const char MANIFEST[] =
    "{\"schema\":\"diag-plugin/1\",\"name\":\"@name@\",\"version\":\"0.1.0\",\"about\":\"House rules of @name@\",\"checks\":[{"
    "\"id\":\"" ID "\",\"title\":\"The capture is incomplete\",\"levels\":[\"notice\"],\"stage\":\"observation\","
    "\"reads\":[\"removed_by_exporter\"],\"needs\":[\"capture\"],\"docs\":\""
    "The program that exported the capture removed parts of it.\\n\\n"
    "Browsers leave cookies and posted data out of a capture unless they are asked to keep them. Without these "
    "nobody can tell which message was sent and which session it belongs to.\\n\\n"
    "## Fails\\n\\n```text sketch\\ndiag-sketch/1 2026-11-24T10:00:00Z\\n\\nGET https://sense.example/hub @0s\\n< 200\\n```\\n\\n"
    "```json facts\\n{\\\"removed_by_exporter\\\": [\\\"cookies\\\"]}\\n```\\n\\n"
    "## Passes\\n\\n```text sketch\\ndiag-sketch/1 2026-11-24T10:00:00Z\\n\\nGET https://sense.example/hub @0s\\n< 200\\n```\\n\\n"
    "```json facts\\n{\\\"removed_by_exporter\\\": []}\\n```\\n\"}]}";

static const char FOUND[] =
    "{\"checks\":[{\"id\":\"" ID "\",\"findings\":[{\"severity\":\"notice\",\"certain\":true,"
    "\"message\":\"The exporter removed parts of the capture\","
    "\"detail\":\"Export it again with sensitive data, as the developer tools call it.\"}]}]}";

static const char CLEAN[] = "{\"checks\":[{\"id\":\"" ID "\"}]}";

/* A buffer that diag hands back to release(). */
static diag_buffer handed_out(const char *text) {
    diag_buffer buffer = {NULL, 0, 0};
    size_t length = strlen(text);
    buffer.data = malloc(length);
    if (buffer.data != NULL) {
        memcpy(buffer.data, text, length);
        buffer.length = length;
        buffer.capacity = length;
    }
    return buffer;
}

static diag_buffer describe(void) {
    return handed_out(MANIFEST);
}

/* Whether a text occurs in the request, which is not terminated by a zero. */
static int holds(const uint8_t *request, size_t length, const char *text) {
    size_t size = strlen(text);
    size_t at;
    for (at = 0; size <= length && at <= length - size; at++) {
        if (memcmp(request + at, text, size) == 0) {
            return 1;
        }
    }
    return 0;
}

/* With one check there is no need to look which ones are asked for. */
static diag_buffer run(const uint8_t *request, size_t length) {
    int removed = holds(request, length, "\"removed_by_exporter\":[\"");
    return handed_out(removed ? FOUND : CLEAN);
}

static void release(diag_buffer buffer) {
    free(buffer.data);
}

DIAG_EXPORT const diag_table *diag_plugin(void) {
    static const diag_table table = {
        DIAG_MAGIC, DIAG_INTERFACE_MAJOR, DIAG_INTERFACE_MINOR, sizeof(diag_table), 0, describe, run, release,
    };
    return &table;
}
