//! What recipes share about users: the forms that they fill in, and what a valid password is.

pub(crate) mod form_fields;
pub(crate) mod validators;
