//! The operations of authenticator apps: devices that show a new code every half minute (RFC 6238).

use crate::contract::contracts;
use crate::shapes::TotpDevice;

contracts! {
    recipe totp, rid "totp";

    /// Makes a secret for an authenticator app.
    operation CREATE_DEVICE: create_device {
        name: "totp.create-device",
        operation_ids: ["createTOTPDevice"],
        method: "POST",
        paths: ["/totp/device"],
        tenancy: Ignored,
        origins: Own,
        sessions: Keeps,
        body: {},
        query: [],
    }
    /// Outcome of making a device.
    outcome CreateDevice {
        /// It is made, and counts once it is verified.
        Required Ok = "OK" {
            /// Names the device.
            "deviceName" => device_name: String,
            /// The secret in base32, to be typed.
            "secret" => secret: String,
            /// The same as the URL of a QR code.
            "qrCodeString" => qr_code_string: String,
        }
        /// The user has a verified device of this name.
        Required AlreadyExists = "DEVICE_ALREADY_EXISTS_ERROR"
    }

    /// Lists the devices of the user.
    operation LIST_DEVICES: list_devices {
        name: "totp.list-devices",
        operation_ids: ["listTOTPDevices", "listTOTPdevices"],
        method: "GET",
        paths: ["/totp/device/list"],
        tenancy: Ignored,
        origins: Own,
        sessions: Keeps,
        body: {},
        query: [],
    }
    /// Outcome of listing them.
    outcome ListDevices {
        /// All of them, by their names.
        Required Ok = "OK" {
            /// The devices.
            "devices" => devices: Vec<TotpDevice>,
        }
    }

    /// Removes a device of the user.
    operation REMOVE_DEVICE: remove_device {
        name: "totp.remove-device",
        operation_ids: ["removeTOTPDevice"],
        method: "POST",
        paths: ["/totp/device/remove"],
        tenancy: Ignored,
        origins: Own,
        sessions: Keeps,
        body: { "deviceName": Text },
        query: [],
    }
    /// Outcome of removing a device.
    outcome RemoveDevice {
        /// It is not there any more.
        Required Ok = "OK" {
            /// Whether it was there.
            "didDeviceExist" => did_device_exist: bool,
        }
    }

    /// Shows with a code of a new device that it works.
    operation VERIFY_DEVICE: verify_device {
        name: "totp.verify-device",
        operation_ids: ["verifyTOTPDevice"],
        method: "POST",
        paths: ["/totp/device/verify"],
        tenancy: Ignored,
        origins: Own,
        sessions: Keeps,
        body: { "deviceName": Text, "totp": Text },
        query: [],
    }
    /// Outcome of verifying a device.
    outcome VerifyDevice {
        /// It is verified.
        Required Ok = "OK" {
            /// Whether it was before. Then the code was not looked at.
            "wasAlreadyVerified" => was_already_verified: bool,
        }
        /// The user has no device of this name.
        Required UnknownDevice = "UNKNOWN_DEVICE_ERROR"
        /// It is another code, or one that was used before.
        Required Invalid = "INVALID_TOTP_ERROR" {
            /// How many wrong ones there were in a row.
            "currentNumberOfFailedAttempts" => current_number_of_failed_attempts: i64,
            /// After how many of them the user has to wait.
            "maxNumberOfFailedAttempts" => max_number_of_failed_attempts: i64,
        }
        /// There were too many wrong codes: this one was not looked at.
        Required LimitReached = "LIMIT_REACHED_ERROR" {
            /// For how many milliseconds none is.
            "retryAfterMs" => retry_after_ms: i64,
            /// How many wrong ones there were in a row.
            "currentNumberOfFailedAttempts" => current_number_of_failed_attempts: i64,
            /// After how many of them the user has to wait.
            "maxNumberOfFailedAttempts" => max_number_of_failed_attempts: i64,
        }
    }

    /// Completes the factor with a code of a verified device.
    operation VERIFY_CODE: verify_code {
        name: "totp.verify-code",
        operation_ids: ["verifyTOTP"],
        method: "POST",
        paths: ["/totp/verify"],
        tenancy: Ignored,
        origins: Own,
        sessions: Keeps,
        body: { "totp": Text },
        query: [],
    }
    /// Outcome of presenting a code.
    outcome VerifyCode {
        /// It is one of a verified device.
        Required Ok = "OK"
        /// The user has no device. Published descriptions leave it out.
        Feature UnknownUser = "UNKNOWN_USER_ID_ERROR"
        /// It is another code, or one that was used before.
        Required Invalid = "INVALID_TOTP_ERROR" {
            /// How many wrong ones there were in a row.
            "currentNumberOfFailedAttempts" => current_number_of_failed_attempts: i64,
            /// After how many of them the user has to wait.
            "maxNumberOfFailedAttempts" => max_number_of_failed_attempts: i64,
        }
        /// There were too many wrong codes: this one was not looked at.
        Required LimitReached = "LIMIT_REACHED_ERROR" {
            /// For how many milliseconds none is.
            "retryAfterMs" => retry_after_ms: i64,
            /// How many wrong ones there were in a row.
            "currentNumberOfFailedAttempts" => current_number_of_failed_attempts: i64,
            /// After how many of them the user has to wait.
            "maxNumberOfFailedAttempts" => max_number_of_failed_attempts: i64,
        }
    }
}
