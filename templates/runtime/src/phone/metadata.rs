//! What is known about the numbers of each country.

use phonenumber::metadata::DATABASE;
use phonenumber::{Mode, PhoneNumber, Type};

/// The normal form of a number that consists of `+` and digits; `None` if there can be no such number, or if it costs
/// those who send to it extra.
pub(super) fn normalise(digits: &str) -> Option<String> {
    let number = phonenumber::parse(None, digits).ok()?;
    let costs_extra = matches!(
        number.number_type(&DATABASE),
        Type::PremiumRate | Type::SharedCost
    );
    if costs_extra || !number.is_valid() {
        return None;
    }
    Some(number.format().mode(Mode::E164).to_string())
}

/// The country code of a number in its normal form, and the country where that is known.
pub(super) fn country(normal: &str) -> String {
    let Ok(number) = phonenumber::parse(None, normal) else {
        return "unknown".to_owned();
    };
    let code = PhoneNumber::code(&number).value();
    match number.country().id() {
        Some(country) => format!("+{code} {}", country.as_ref()),
        None => format!("+{code}"),
    }
}
