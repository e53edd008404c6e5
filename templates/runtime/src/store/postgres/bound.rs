//! Values of statements, hidden from logs.
//!
//! tokio-postgres logs each statement with its values at the level `debug`. Ours are addresses, hashes,
//! rotation keys and private keys. An application decides itself what its log shows, so the values are
//! hidden where they are bound (OWASP Logging Cheat Sheet, "Data to exclude").

use std::error::Error;
use std::fmt;

use bytes::BytesMut;
use tokio_postgres::types::{Format, IsNull, ToSql, Type};

/// A value of a statement. Its `Debug` shows nothing of it.
pub(super) struct Bound<'a>(pub(super) &'a (dyn ToSql + Sync));

impl fmt::Debug for Bound<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl ToSql for Bound<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        self.0.to_sql_checked(ty, out)
    }

    /// The value inside says so, when it is written.
    fn accepts(_: &Type) -> bool {
        true
    }

    fn to_sql_checked(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        self.0.to_sql_checked(ty, out)
    }

    fn encode_format(&self, ty: &Type) -> Format {
        self.0.encode_format(ty)
    }
}
