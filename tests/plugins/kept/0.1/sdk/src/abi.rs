//! The boundary to plugins in shared libraries: one frozen table of C functions, UTF-8 JSON across.
//!
//! A library exports one symbol, `diag_plugin`, a function without arguments that returns a
//! pointer to a [`Table`] which lives as long as the process. The table never changes: new fields
//! go to its end, `size` tells how much of it a plugin knows. What crosses is versioned by its
//! *schema* ([`crate::manifest::SCHEMA`], [`crate::SCHEMA`]), not by the host's version.
//!
//! Ownership: the host owns what it passes in and keeps it alive during the call; a [`Buffer`] a
//! plugin returns belongs to the plugin until the host hands it back to `free`, exactly once.
//! Threading: the host calls from one thread at a time. A plugin is never unloaded.
//!
//! `plugins/sdk/include/diag_plugin.h` is the same boundary for C; a test holds the two together.

/// First field of every table: the letters `DIAG` as a number.
pub const MAGIC: u32 = 0x4449_4147;
/// Changes only if the boundary itself is replaced.
pub const INTERFACE_MAJOR: u16 = 1;
/// Grows when a field is added to the end of the table.
pub const INTERFACE_MINOR: u16 = 0;
/// Name of the symbol a library exports.
pub const SYMBOL: &str = "diag_plugin";

/// Bytes a plugin hands out. `data` may be null where `length` is 0.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Buffer {
    /// First byte.
    pub data: *mut u8,
    /// Number of bytes.
    pub length: usize,
    /// For the plugin's own use in `free`.
    pub capacity: usize,
}

/// The table a library's `diag_plugin` returns.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// The letters `DIAG` as a number, to tell a table from anything else.
    pub magic: u32,
    /// Major version of the boundary the plugin is built for.
    pub interface_major: u16,
    /// Minor version of the boundary the plugin is built for.
    pub interface_minor: u16,
    /// Size of this table in bytes, as the plugin knows it.
    pub size: u32,
    /// Zero.
    pub reserved: u32,
    /// Returns the manifest: UTF-8 JSON, schema `diag-plugin/1`.
    pub describe: Option<extern "C" fn() -> Buffer>,
    /// Runs checks: takes a request and returns an answer, both UTF-8 JSON. An empty answer means failure.
    pub run: Option<unsafe extern "C" fn(request: *const u8, length: usize) -> Buffer>,
    /// Takes back a buffer.
    pub free: Option<unsafe extern "C" fn(Buffer)>,
}

impl Table {
    /// Its size in bytes, as the field `size` holds it.
    #[expect(clippy::cast_possible_truncation, reason = "a table of a few functions")]
    pub const SIZE: u32 = size_of::<Self>() as u32;
}

impl Buffer {
    /// Hands out a text.
    pub fn from_text(text: String) -> Self {
        let mut bytes = std::mem::ManuallyDrop::new(text.into_bytes());
        Self { data: bytes.as_mut_ptr(), length: bytes.len(), capacity: bytes.capacity() }
    }
}

/// Exports a plugin from a `cdylib`: `diag_sdk::export_plugin!(PLUGIN);`
///
/// A plugin that has to see what identifies people says so, and its user must grant it:
/// `diag_sdk::export_plugin!(PLUGIN, wants: ["secret:personal"]);`
///
/// One that looks at headers of answers names them: `diag_sdk::export_plugin!(PLUGIN, headers: ["x-ledger-error"]);`
///
/// The macro holds the few lines of unsafe code a library needs, so that its author writes none.
#[macro_export]
macro_rules! export_plugin {
    ($plugin:path $(, wants: [$($want:expr),* $(,)?])? $(, headers: [$($header:expr),* $(,)?])? $(,)?) => {
        #[expect(unsafe_code, reason = "the C boundary of a plugin; see diag_sdk::abi")]
        const _: () = {
            use $crate::abi::{Buffer, INTERFACE_MAJOR, INTERFACE_MINOR, MAGIC, Table};

            extern "C" fn describe() -> Buffer {
                Buffer::from_text($crate::serve::describe_asking(&$plugin, &[$($($want),*)?], &[$($($header),*)?]))
            }

            unsafe extern "C" fn run(request: *const u8, length: usize) -> Buffer {
                // SAFETY: the host passes `length` readable bytes that stay alive during the call.
                let bytes = if request.is_null() { &[] } else { unsafe { ::std::slice::from_raw_parts(request, length) } };
                let answer = ::std::str::from_utf8(bytes)
                    .map_err(|error| error.to_string())
                    .and_then(|text| $crate::serve::run(&$plugin, text));
                Buffer::from_text(answer.unwrap_or_default())
            }

            unsafe extern "C" fn free(buffer: Buffer) {
                if !buffer.data.is_null() {
                    // SAFETY: the host hands back, once, a buffer made by `Buffer::from_text`.
                    drop(unsafe { ::std::vec::Vec::from_raw_parts(buffer.data, buffer.length, buffer.capacity) });
                }
            }

            static TABLE: Table = Table {
                magic: MAGIC,
                interface_major: INTERFACE_MAJOR,
                interface_minor: INTERFACE_MINOR,
                size: Table::SIZE,
                reserved: 0,
                describe: Some(describe),
                run: Some(run),
                free: Some(free),
            };

            /// The one symbol `diag` looks for.
            #[unsafe(no_mangle)]
            extern "C" fn diag_plugin() -> *const Table {
                &TABLE
            }
        };
    };
}
