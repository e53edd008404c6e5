//! The values that go into a statement and come out of it, in either database.

use std::fmt;

use rusqlite::types::{ToSqlOutput, ValueRef};

use super::TxError;
use crate::error::Error;

/// A value that is bound to a statement. `Debug` hides it: drivers log the values they bind, and a
/// subscriber of the application may listen to them at any level (OWASP Logging Cheat Sheet, "Data to
/// exclude").
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bind<'a> {
    /// NULL.
    Null,
    /// An integer, a time in milliseconds, or a truth value (0 or 1).
    Int(i64),
    /// Text, JSON included.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
}

/// The value of one column of a [`Row`].
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    /// NULL.
    Null,
    /// An integer, a time in milliseconds, or a truth value (0 or 1).
    Int(i64),
    /// Text, JSON included.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// One row that a statement returned.
pub(crate) struct Row(Vec<Cell>);

/// What a column can be read as.
pub(crate) trait FromCell: Sized {
    /// The value, or `None` if the column holds something else.
    fn from_cell(cell: Cell) -> Option<Self>;
}

impl Row {
    pub(in crate::store) fn new(cells: Vec<Cell>) -> Self {
        Self(cells)
    }

    /// Takes the value of a column, counted from zero. Each is taken once: texts are moved, not copied.
    ///
    /// # Errors
    /// There is no such column, or it holds something else: a fault of the statement.
    pub(crate) fn take<T: FromCell>(&mut self, column: usize) -> Result<T, TxError> {
        let cell = self.0.get_mut(column);
        read(column, cell.map(|cell| std::mem::replace(cell, Cell::Null)))
    }

    /// Reads a column, counted from zero.
    ///
    /// # Errors
    /// As [`Row::take`].
    pub(crate) fn get<T: FromCell>(&self, column: usize) -> Result<T, TxError> {
        read(column, self.0.get(column).cloned())
    }
}

fn read<T: FromCell>(column: usize, cell: Option<Cell>) -> Result<T, TxError> {
    let holds = cell.as_ref().map_or("nothing", Cell::kind);
    let value = cell.and_then(T::from_cell);
    Ok(value
        .ok_or_else(|| Error::internal(format!("column {column} of a statement holds {holds}")))?)
}

impl Cell {
    fn kind(&self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Int(_) => "an integer",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytes",
        }
    }
}

impl FromCell for i64 {
    fn from_cell(cell: Cell) -> Option<Self> {
        match cell {
            Cell::Int(value) => Some(value),
            _ => None,
        }
    }
}

impl FromCell for bool {
    fn from_cell(cell: Cell) -> Option<Self> {
        match cell {
            Cell::Int(value) => Some(value != 0),
            _ => None,
        }
    }
}

impl FromCell for String {
    fn from_cell(cell: Cell) -> Option<Self> {
        match cell {
            Cell::Text(value) => Some(value),
            _ => None,
        }
    }
}

impl FromCell for Vec<u8> {
    fn from_cell(cell: Cell) -> Option<Self> {
        match cell {
            Cell::Bytes(value) => Some(value),
            _ => None,
        }
    }
}

impl<T: FromCell> FromCell for Option<T> {
    fn from_cell(cell: Cell) -> Option<Self> {
        match cell {
            Cell::Null => Some(None),
            cell => T::from_cell(cell).map(Some),
        }
    }
}

impl From<i64> for Bind<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for Bind<'_> {
    fn from(value: bool) -> Self {
        Self::Int(i64::from(value))
    }
}

impl<'a> From<&'a str> for Bind<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a String> for Bind<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a [u8]> for Bind<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Bytes(value)
    }
}

impl<'a> From<&'a Vec<u8>> for Bind<'a> {
    fn from(value: &'a Vec<u8>) -> Self {
        Self::Bytes(value)
    }
}

impl<'a, T: Into<Bind<'a>>> From<Option<T>> for Bind<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl rusqlite::ToSql for Bind<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
            Self::Bytes(value) => ValueRef::Blob(value),
        }))
    }
}

impl rusqlite::types::FromSql for Cell {
    fn column_result(value: ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
        Ok(match value {
            ValueRef::Null => Self::Null,
            ValueRef::Integer(value) => Self::Int(value),
            ValueRef::Text(_) => Self::Text(value.as_str()?.to_owned()),
            ValueRef::Blob(value) => Self::Bytes(value.to_vec()),
            ValueRef::Real(_) => return Err(rusqlite::types::FromSqlError::InvalidType),
        })
    }
}

impl fmt::Debug for Bind<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl fmt::Debug for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Row").finish_non_exhaustive()
    }
}
