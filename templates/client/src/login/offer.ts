/** Which login methods the server has switched on. */

import type { AuthClient } from "../session.js";
import type { Action, Offer, Provider } from "./flow.js";

/** The answer of `loginmethods`: servers put the parts at the top, the published spec one level down. */
interface Answer extends Parts {
  readonly recipes?: Parts;
}

interface Parts {
  readonly firstFactors?: readonly string[];
  readonly thirdParty?: { readonly providers?: readonly { id: string; name?: string }[] };
}

/**
 * Asks the server, where the API has the operation, about a tenant; without it or its answer, takes
 * the attribute `providers`, and the form shows all methods of the API.
 */
export async function readOffer(
  ask: Action | undefined,
  client: AuthClient,
  listed: string | null,
  options: { readonly tenantId: string | undefined },
): Promise<Offer> {
  const asked = ask?.(client, {} as never, options).catch(() => undefined);
  const answer = (await asked) as Answer | undefined;
  const parts = answer?.recipes ?? answer;
  const ids = listed?.split(/[\s,]+/).filter((id) => id !== "") ?? [];
  const providers = parts?.thirdParty?.providers ?? ids.map((id) => ({ id }));
  return { firstFactors: parts?.firstFactors, providers: providers.map(named) };
}

function named({ id, name }: { id: string; name?: string }): Provider {
  return { id, name: name ?? id.charAt(0).toUpperCase() + id.slice(1) };
}
