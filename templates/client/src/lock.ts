/** One refresh at a time among all tabs that share a storage. */

import { withDeadline } from "./http.js";
import { LOCK, type TokenStorage } from "./storage.js";

/**
 * Milliseconds to wait for another tab. It may never end: a dialog blocks it, it has left its lock
 * behind, a clock was set back. Two tabs that refresh at once do no harm, because the server gives
 * both the same successor; so after this time the work is done without the lock.
 */
const DEADLINE = 5_000;

/** What only some platforms have, although the types of a browser require it. */
interface Platform {
  readonly navigator?: { readonly locks?: LockManager };
}

/**
 * Does some work once, when no other tab is at the same work, or when waiting for that takes too long
 * or is not possible.
 *
 * @param scope names the work among all that a page does.
 */
export function inTurn<Result>(
  scope: string,
  storage: TokenStorage,
  work: () => Promise<Result>,
): Promise<Result> {
  let result: Promise<Result> | undefined;
  const once = (): Promise<Result> => (result ??= work());

  /**
   * A lock where there are no Web Locks (plain http): the time when it ends, in the common storage.
   * Two tabs may take it in the same instant; that, too, does no harm.
   */
  async function alone(): Promise<Result> {
    while (!result && Number(await storage.get(LOCK)) > Date.now()) {
      await new Promise((done) => setTimeout(done, 20));
    }
    await storage.set(LOCK, String(Date.now() + DEADLINE));
    return once().finally(() => storage.set(LOCK, undefined));
  }

  const { locks } = (globalThis as Platform).navigator ?? {};
  return withDeadline(DEADLINE, undefined, async () =>
    locks ? locks.request(scope, once) : alone(),
  ).catch(once);
}
