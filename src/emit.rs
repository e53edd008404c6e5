//! `Api` → `Tree`: every emitted file, in memory.

pub(crate) mod typescript;
