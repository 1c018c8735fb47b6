//! Messages and metadata: bindings undone, XML with positions, facts out.
