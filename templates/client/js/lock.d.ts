/** One refresh at a time among all tabs that share a storage. */
import { type TokenStorage } from "./storage.js";
/**
 * Does some work once, when no other tab is at the same work, or when waiting for that takes too long
 * or is not possible.
 *
 * @param scope names the work among all that a page does.
 */
export declare function inTurn<Result>(
  scope: string,
  storage: TokenStorage,
  work: () => Promise<Result>,
): Promise<Result>;
