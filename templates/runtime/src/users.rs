//! What recipes share about users: the forms that they fill in, and which addresses were made up.

pub(crate) mod form_fields;
pub(crate) mod validators;
