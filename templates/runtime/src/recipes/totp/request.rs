//! What the operations read of a request.

use std::fmt;

use serde_json::Value;

use super::{CreateDevice, RemoveDevice, VerifyCode, VerifyDevice};
use crate::call::{Call, HasRequest};
use crate::error::Error;

/// Why a device without a name is not removed.
pub(super) const NAME_MISSING: &str = "deviceName is required and must be a non-empty string";

/// A device to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CreateDeviceRequest {
    /// Its name; without one it gets a name.
    pub device_name: Option<String>,
}

impl HasRequest for CreateDevice {
    type Request = CreateDeviceRequest;

    fn read(call: &Call) -> Result<CreateDeviceRequest, Error> {
        let device_name = match call.body()?.get("deviceName") {
            None => None,
            Some(Value::String(name)) => Some(name.clone()),
            Some(_) => return Err(Error::bad_input("deviceName must be a string")),
        };
        Ok(CreateDeviceRequest { device_name })
    }
}

/// A device to be removed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RemoveDeviceRequest {
    /// Its name.
    pub device_name: String,
}

impl HasRequest for RemoveDevice {
    type Request = RemoveDeviceRequest;

    fn read(call: &Call) -> Result<RemoveDeviceRequest, Error> {
        let name = call.body()?.get("deviceName").and_then(Value::as_str);
        let name = name.ok_or_else(|| Error::bad_input(NAME_MISSING))?;
        Ok(RemoveDeviceRequest {
            device_name: name.to_owned(),
        })
    }
}

/// A code by which a device is verified.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifyDeviceRequest {
    /// The name of the device.
    pub device_name: String,
    /// The code that it shows.
    pub totp: String,
}

impl HasRequest for VerifyDevice {
    type Request = VerifyDeviceRequest;

    fn read(call: &Call) -> Result<VerifyDeviceRequest, Error> {
        let body = call.body()?;
        Ok(VerifyDeviceRequest {
            device_name: text(body, "deviceName")?,
            totp: text(body, "totp")?,
        })
    }
}

impl fmt::Debug for VerifyDeviceRequest {
    /// The code is left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyDeviceRequest")
            .field("device_name", &self.device_name)
            .finish_non_exhaustive()
    }
}

/// A code that completes the factor.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifyCodeRequest {
    /// The code that a device of the user shows.
    pub totp: String,
}

impl HasRequest for VerifyCode {
    type Request = VerifyCodeRequest;

    fn read(call: &Call) -> Result<VerifyCodeRequest, Error> {
        Ok(VerifyCodeRequest {
            totp: text(call.body()?, "totp")?,
        })
    }
}

impl fmt::Debug for VerifyCodeRequest {
    /// The code is left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyCodeRequest").finish_non_exhaustive()
    }
}

/// A text of the body.
fn text(body: &Value, key: &str) -> Result<String, Error> {
    let text = body.get(key).and_then(Value::as_str);
    let missing = || Error::bad_input(format!("{key} is required and must be a string"));
    text.map(str::to_owned).ok_or_else(missing)
}
