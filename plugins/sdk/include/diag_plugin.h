/* The boundary between diag and a plugin in a shared library.
 *
 * Made from plugins/sdk/src/abi.rs; a test holds the two together.
 *
 * A library exports one function, diag_plugin, which returns a table that lives as long as the
 * process. What crosses is UTF-8 JSON: describe returns a manifest, run takes a request and returns
 * an answer. `diag schema plugin`, `diag schema case` and `diag schema finding` describe them.
 *
 * Ownership: diag owns what it passes in and keeps it alive during the call. A buffer a plugin
 * returns belongs to the plugin until diag hands it back to free, exactly once.
 * Threads: diag calls from one thread at a time. A plugin is never unloaded.
 * Growth: new functions go to the end of the table; size tells how much of it a plugin knows.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#ifndef DIAG_PLUGIN_H
#define DIAG_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// First field of every table: the letters `DIAG` as a number.
#define DIAG_MAGIC 1145651527

// Changes only if the boundary itself is replaced.
#define DIAG_INTERFACE_MAJOR 1

// Grows when a field is added to the end of the table.
#define DIAG_INTERFACE_MINOR 0

// Bytes a plugin hands out. `data` may be null where `length` is 0.
typedef struct {
    // First byte.
    uint8_t *data;
    // Number of bytes.
    size_t length;
    // For the plugin's own use in `free`.
    size_t capacity;
} diag_buffer;

// The table a library's `diag_plugin` returns.
typedef struct {
    // The letters `DIAG` as a number, to tell a table from anything else.
    uint32_t magic;
    // Major version of the boundary the plugin is built for.
    uint16_t interface_major;
    // Minor version of the boundary the plugin is built for.
    uint16_t interface_minor;
    // Size of this table in bytes, as the plugin knows it.
    uint32_t size;
    // Zero.
    uint32_t reserved;
    // Returns the manifest: UTF-8 JSON, schema `diag-plugin/1`.
    diag_buffer (*describe)(void);
    // Runs checks: takes a request and returns an answer, both UTF-8 JSON. An empty answer means failure.
    diag_buffer (*run)(const uint8_t *request, size_t length);
    // Takes back a buffer.
    void (*free)(diag_buffer);
} diag_table;


#if defined(_WIN32)
#define DIAG_EXPORT __declspec(dllexport)
#elif defined(__GNUC__)
#define DIAG_EXPORT __attribute__((visibility("default")))
#else
#define DIAG_EXPORT
#endif

/* The one function a plugin exports. Define it as `DIAG_EXPORT const diag_table *diag_plugin(void)`. */
DIAG_EXPORT const diag_table *diag_plugin(void);

#ifdef __cplusplus
} // extern "C"
#endif

#endif // DIAG_PLUGIN_H
