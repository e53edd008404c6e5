/** Which login methods the server has switched on. */
import type { AuthClient } from "../session.js";
import type { Action, Offer } from "./flow.js";
/**
 * Asks the server where the API has a way to, and takes the attribute `providers` where it has not
 * or does not answer: then the form shows whatever the API can do.
 */
export declare function readOffer(
  ask: Action | undefined,
  client: AuthClient,
  listed: string | null,
): Promise<Offer>;
