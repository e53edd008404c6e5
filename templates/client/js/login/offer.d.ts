/** Which login methods the server has switched on. */
import type { AuthClient } from "../session.js";
import type { Action, Offer } from "./flow.js";
/**
 * Asks the server, where the API has the operation, about a tenant; without it or its answer, takes
 * the attribute `providers`, and the form shows all methods of the API.
 */
export declare function readOffer(
  ask: Action | undefined,
  client: AuthClient,
  listed: string | null,
  options: {
    readonly tenantId: string | undefined;
  },
): Promise<Offer>;
