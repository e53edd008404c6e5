// The stand-in's second factor: one-time codes of an authenticator app.

import { createHmac, randomBytes } from "node:crypto";

/** The code that an authenticator app shows (RFC 6238: SHA-1, 6 digits, 30 seconds). */
export function totpCode(secret, time = Date.now()) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0"));
  const key = Buffer.from(
    bits
      .join("")
      .match(/.{8}/g)
      .map((byte) => Number.parseInt(byte, 2)),
  );
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(time / 30_000)));
  const hash = createHmac("sha1", key).update(counter).digest();
  const number = hash.readUInt32BE(hash[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

export function totpRoutes({ giveTokens }) {
  function checkTotp(device, totp, response, session, more = {}) {
    if (device === undefined) {
      return { status: "UNKNOWN_DEVICE_ERROR" };
    }
    if (session.failed >= 5) {
      return { status: "LIMIT_REACHED_ERROR", retryAfterMs: 900_000 };
    }
    if (![0, -30_000, 30_000].some((skew) => totpCode(device.secret, Date.now() + skew) === totp)) {
      session.failed = (session.failed ?? 0) + 1;
      return {
        status: "INVALID_TOTP_ERROR",
        currentNumberOfFailedAttempts: session.failed,
        maxNumberOfFailedAttempts: 5,
      };
    }
    device.verified = true;
    session.factor = true;
    giveTokens(response, session);
    return { status: "OK", ...more };
  }

  return {
    "POST /totp/device": (_, __, session) => {
      const secret = Array.from(
        randomBytes(32),
        (byte) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[byte & 31],
      ).join("");
      const deviceName = "TOTP Device 0";
      session.user.devices.set(deviceName, { secret, verified: false });
      const qrCodeString = `otpauth://totp/Stand-in:ada?secret=${secret}&issuer=Stand-in&digits=6&period=30`;
      return { status: "OK", deviceName, secret, qrCodeString };
    },
    "POST /totp/device/verify": ({ deviceName, totp }, response, session) => {
      const device = session.user.devices.get(deviceName);
      return checkTotp(device, totp, response, session, { wasAlreadyVerified: false });
    },
    "POST /totp/verify": ({ totp }, response, session) => {
      const [device] = session.user.devices.values();
      return checkTotp(device, totp, response, session);
    },
  };
}
