/* The header says what abi.rs says: sizes and offsets, given by the test. */

#include "diag_plugin.h"

#define SAME(what, expected) _Static_assert((what) == (expected), #what)

SAME(sizeof(diag_buffer), SIZE_OF_BUFFER);
SAME(offsetof(diag_buffer, data), OFFSET_OF_DATA);
SAME(offsetof(diag_buffer, length), OFFSET_OF_LENGTH);
SAME(offsetof(diag_buffer, capacity), OFFSET_OF_CAPACITY);
SAME(sizeof(diag_table), SIZE_OF_TABLE);
SAME(offsetof(diag_table, magic), OFFSET_OF_MAGIC);
SAME(offsetof(diag_table, interface_major), OFFSET_OF_MAJOR);
SAME(offsetof(diag_table, interface_minor), OFFSET_OF_MINOR);
SAME(offsetof(diag_table, size), OFFSET_OF_SIZE);
SAME(offsetof(diag_table, describe), OFFSET_OF_DESCRIBE);
SAME(offsetof(diag_table, run), OFFSET_OF_RUN);
SAME(offsetof(diag_table, free), OFFSET_OF_FREE);
SAME(DIAG_MAGIC, MAGIC);
SAME(DIAG_INTERFACE_MAJOR, MAJOR);
SAME(DIAG_INTERFACE_MINOR, MINOR);
