/** How `<auth-login>` looks unless a page changes it. */

/**
 * The style sheet. A page changes it with the custom properties named first, or by part:
 * `auth-login::part(submit)`.
 */
export const STYLE = `
:host {
  --accent: var(--auth-accent, light-dark(#4f46e5, #8b8cf8));
  --accent-text: var(--auth-accent-text, light-dark(#fff, #11121c));
  --surface: var(--auth-surface, light-dark(#fff, #181a22));
  --field: var(--auth-field, light-dark(#fff, #11131a));
  --text: var(--auth-text, light-dark(#16181d, #f1f2f6));
  --muted: var(--auth-muted, light-dark(#5b6170, #a3a9b8));
  --border: var(--auth-border, light-dark(#d3d7e0, #363b49));
  --error: var(--auth-error, light-dark(#b3261e, #ff9c94));
  --radius: var(--auth-radius, 12px);
  color-scheme: light dark;
  display: block;
  max-width: var(--auth-width, 25rem);
  margin-inline: auto;
  color: var(--text);
  font: var(--auth-font, 400 1rem/1.5 system-ui, sans-serif);
}
:host([theme="light"]) { color-scheme: light; }
:host([theme="dark"]) { color-scheme: dark; }
:host([hidden]) { display: none; }
* { box-sizing: border-box; }
.card {
  padding: 2rem;
  border: 1px solid var(--border);
  border-radius: calc(var(--radius) * 1.5);
  background: var(--surface);
  box-shadow: var(--auth-shadow, 0 1px 2px rgb(0 0 0 / 6%), 0 12px 32px -12px rgb(0 0 0 / 18%));
}
h1 { margin: 0; outline: none; font-size: 1.5rem; line-height: 1.25; letter-spacing: -0.015em; }
p { margin: 0; }
.hint { margin-top: 0.35rem; color: var(--muted); }
form { display: grid; gap: 1.1rem; margin-top: 1.5rem; }
label { display: block; margin-bottom: 0.35rem; font-size: 0.9rem; font-weight: 600; }
.control { position: relative; display: flex; }
input {
  width: 100%;
  min-height: 2.9rem;
  padding: 0.5rem 0.85rem;
  border: 1px solid var(--border);
  border-radius: var(--radius);
  background: var(--field);
  color: inherit;
  font: inherit;
  transition: border-color 0.12s, box-shadow 0.12s;
}
.control:has(button) input { padding-inline-end: 4.5rem; }
input:focus-visible, button:focus-visible {
  border-color: var(--accent);
  outline: 2px solid transparent;
  box-shadow: 0 0 0 3px color-mix(in srgb, var(--accent) 35%, transparent);
}
input[aria-invalid="true"] { border-color: var(--error); }
.note { margin-top: 0.35rem; color: var(--muted); font-size: 0.85rem; }
.error { color: var(--error); }
.note:empty, .alert:empty { display: none; }
.status { color: var(--muted); font-size: 0.92rem; }
.status:empty { position: absolute; }
.alert {
  padding: 0.7rem 0.9rem;
  border: 1px solid color-mix(in srgb, var(--error) 40%, transparent);
  border-radius: var(--radius);
  background: color-mix(in srgb, var(--error) 9%, transparent);
  color: var(--error);
  font-size: 0.92rem;
}
button { border: 0; border-radius: var(--radius); background: none; color: inherit; font: inherit; cursor: pointer; }
.submit {
  min-height: 2.9rem;
  width: 100%;
  background: var(--accent);
  color: var(--accent-text);
  font-weight: 600;
  transition: filter 0.12s;
}
.submit:hover { filter: brightness(1.08); }
[data-busy] { cursor: progress; opacity: 0.7; }
.show {
  position: absolute;
  inset: 0 0.35rem 0 auto;
  margin-block: auto;
  height: 2.2rem;
  padding: 0 0.6rem;
  color: var(--muted);
  font-size: 0.85rem;
}
.links { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0.25rem 1rem; margin: 1.25rem -0.2rem 0; }
.link { min-height: 1.5rem; padding: 0.1rem 0.2rem; color: var(--accent); font-size: 0.92rem; }
.link:hover { text-decoration: underline; }
.choices { display: grid; gap: 0.6rem; margin-top: 1.1rem; }
.choice {
  min-height: 2.9rem;
  padding: 0 1rem;
  border: 1px solid var(--border);
  background: var(--field);
  font-weight: 600;
}
.choice:hover { border-color: var(--accent); }
.or { display: flex; align-items: center; gap: 0.75rem; color: var(--muted); font-size: 0.85rem; }
.or::before, .or::after { content: ""; flex: 1; border-top: 1px solid var(--border); }
.card > .alert, .card > .status, .key, .actions { margin-top: 1.5rem; }
.key code { font: 0.95rem/1.6 ui-monospace, monospace; overflow-wrap: anywhere; }
a { color: var(--accent); }
.key .link { margin-inline: -0.2rem; }
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
@media (forced-colors: active) { .submit, .choice, .card, input { border: 1px solid; } }
`;
