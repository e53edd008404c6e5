/** What `<auth-login>` reads and changes of the page around it, in frames and sandboxes, too. */
/**
 * The page that `redirect-to` names, where it is one of this site: only http and https, resolved as
 * the links of the page are. Anything else is no target: `javascript:` would run in a page without an
 * origin of its own (OWASP ASVS 5.0, 1.2.2), and another site could imitate this one (CWE-601).
 */
export function targetOf(text) {
  if (text === null) {
    return undefined;
  }
  try {
    const url = new URL(text, document.baseURI);
    const isOfSite = url.origin === self.origin || url.origin === location.origin;
    return /^https?:$/.test(url.protocol) && isOfSite ? url : undefined;
  } catch {
    return undefined;
  }
}
/** Takes what is secret, or used up, out of the address: it should not stay in the history. */
export function forgetAddress() {
  try {
    // Whole, since `<base href>` would lead a path elsewhere.
    history.replaceState(history.state, "", location.href.replace(/[?#].*/s, ""));
  } catch {
    // A frame without an address of its own has no history either.
  }
}
/** A memory in one of the page's storages, which may throw when they are named, read or written. */
export function memoryOf(storage, key, names) {
  let kept;
  return {
    read() {
      try {
        const found = JSON.parse(storage().getItem(key) ?? "null");
        const values = found;
        if (found instanceof Object && names.every((name) => typeof values[name] === "string")) {
          return values;
        }
      } catch {
        // Then the value in memory is used.
      }
      return kept;
    },
    write(values) {
      kept = values;
      try {
        if (values) {
          storage().setItem(key, JSON.stringify(values));
        } else {
          storage().removeItem(key);
        }
        return true;
      } catch {
        return false;
      }
    },
  };
}
