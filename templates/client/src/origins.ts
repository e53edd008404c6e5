/** Domains and paths as appInfo writes them. */

/** The origin that a domain means: `localhost:3001` is `http://localhost:3001`. */
export function originOf(domain: string): string {
  const text = domain.trim().replace(/^\./, "");
  const isLocal = /^(localhost|[\d.]+([:/]|$))/i.test(text);
  const scheme = /^https?:/i.test(text) ? "" : isLocal ? "http://" : "https://";
  return new URL(scheme + text).origin;
}

/** A path with a slash before it and none behind. */
export function pathOf(path: string, origin: string): string {
  return new URL(path.trim().replace(/^\/*/, "/"), origin).pathname.replace(/\/$/, "");
}
