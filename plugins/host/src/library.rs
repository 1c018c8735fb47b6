//! Opens a shared library and calls the table it exports. Only ever used inside a worker process.
//!
//! A library that is opened runs its initialisers: that is code of its author, and the reason why
//! this happens in a process of its own. A library is never closed again, for its threads or exit
//! handlers may still run.

use diag_sdk::abi::{Buffer, INTERFACE_MAJOR, MAGIC, SYMBOL, Table};
use std::mem::ManuallyDrop;
use std::path::Path;

/// Longest text a plugin may hand out; the parent's limit is usually smaller.
const LONGEST_BUFFER: usize = 256 << 20;

/// A library whose table was found to be one of ours.
#[derive(Debug)]
pub struct Library {
    table: Table,
    /// Kept open to the end of the process.
    _open: ManuallyDrop<libloading::Library>,
}

/// Why a library cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// The system's loader refused it.
    #[error("it is not a library this system can load: {0}")]
    NotLoadable(String),
    /// It lacks the symbol.
    #[error(
        "it does not export `{SYMBOL}`; a plugin written in Rust does so with `diag_sdk::export_plugin!`"
    )]
    NoSymbol,
    /// The symbol returned null.
    #[error("its `{SYMBOL}` returned no table")]
    NoTable,
    /// The table does not begin with the magic number.
    #[error("what its `{SYMBOL}` returned is not a diag plugin table (magic {0:#010x})")]
    NotATable(u32),
    /// It was built for another interface.
    #[error(
        "it speaks interface {found}, this diag speaks {INTERFACE_MAJOR}; build it against a matching diag-sdk"
    )]
    Interface {
        /// Major version it was built for.
        found: u16,
    },
    /// The table is too small or lacks functions.
    #[error("its table is incomplete ({size} bytes, functions missing or table cut short)")]
    Incomplete {
        /// Size it states.
        size: u32,
    },
    /// It handed out bytes that are no UTF-8 text.
    #[error("its `{function}` returned bytes that are not UTF-8 text")]
    NotText {
        /// Which function.
        function: &'static str,
    },
    /// It handed out nothing or something absurd.
    #[error("its `{function}` returned {what}")]
    Nonsense {
        /// Which function.
        function: &'static str,
        /// What it returned.
        what: String,
    },
}

impl Library {
    /// Opens a library and checks its table before anything in it is called.
    pub fn open(path: &Path) -> Result<Self, LibraryError> {
        // SAFETY: loading runs foreign initialisers. That is what a plugin is; the process was made
        // for it, holds nothing of value, and is watched by its parent.
        let library = unsafe { libloading::Library::new(path) }
            .map_err(|error| LibraryError::NotLoadable(error.to_string()))?;
        let library = ManuallyDrop::new(library);
        // SAFETY: the boundary fixes the type of this symbol; a library that exports something else
        // under our name can at worst take this worker down.
        let entry = unsafe { library.get::<extern "C" fn() -> *const Table>(SYMBOL.as_bytes()) }
            .map_err(|_| LibraryError::NoSymbol)?;
        let pointer = entry();
        if pointer.is_null() {
            return Err(LibraryError::NoTable);
        }
        // SAFETY: a non-null table begins with these fixed fields in every version of the boundary.
        let (magic, major, size) =
            unsafe { ((*pointer).magic, (*pointer).interface_major, (*pointer).size) };
        if magic != MAGIC {
            return Err(LibraryError::NotATable(magic));
        }
        if major != INTERFACE_MAJOR {
            return Err(LibraryError::Interface { found: major });
        }
        if (size as usize) < size_of::<Table>() {
            return Err(LibraryError::Incomplete { size });
        }
        // SAFETY: the table states that it is at least as long as ours.
        let table = unsafe { *pointer };
        if table.describe.is_none() || table.run.is_none() || table.free.is_none() {
            return Err(LibraryError::Incomplete { size });
        }
        Ok(Self { table, _open: library })
    }

    /// The manifest, as the plugin gives it.
    pub fn describe(&self) -> Result<String, LibraryError> {
        let describe =
            self.table.describe.ok_or(LibraryError::Incomplete { size: self.table.size })?;
        self.take("describe", describe())
    }

    /// The answer to a request.
    pub fn run(&self, request: &str) -> Result<String, LibraryError> {
        let run = self.table.run.ok_or(LibraryError::Incomplete { size: self.table.size })?;
        // SAFETY: pointer and length describe the request, which outlives the call.
        let buffer = unsafe { run(request.as_ptr(), request.len()) };
        self.take("run", buffer)
    }

    /// Copies a text out of a buffer and hands the buffer back.
    fn take(&self, function: &'static str, buffer: Buffer) -> Result<String, LibraryError> {
        if buffer.data.is_null() || buffer.length == 0 {
            return Err(LibraryError::Nonsense { function, what: "nothing".to_owned() });
        }
        if buffer.length > LONGEST_BUFFER {
            return Err(LibraryError::Nonsense {
                function,
                what: format!("{} bytes, more than can be an answer", buffer.length),
            });
        }
        // SAFETY: the plugin says that these bytes are readable until they are handed back.
        let bytes = unsafe { std::slice::from_raw_parts(buffer.data, buffer.length) }.to_vec();
        if let Some(free) = self.table.free {
            // SAFETY: handed back exactly once, unchanged, and not read afterwards.
            unsafe { free(buffer) };
        }
        String::from_utf8(bytes).map_err(|_| LibraryError::NotText { function })
    }
}
