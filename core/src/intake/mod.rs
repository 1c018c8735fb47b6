//! What is this file? Bytes in, exchanges and documents out.
