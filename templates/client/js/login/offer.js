/** Which login methods the server has switched on. */
/**
 * Asks the server, where the API has the operation, about a tenant; without it or its answer, takes
 * the attribute `providers`, and the form shows all methods of the API.
 */
export async function readOffer(ask, client, listed, options) {
  const asked = ask?.(client, {}, options).catch(() => undefined);
  const answer = await asked;
  const parts = answer?.recipes ?? answer;
  const ids = listed?.split(/[\s,]+/).filter((id) => id !== "") ?? [];
  const providers = parts?.thirdParty?.providers ?? ids.map((id) => ({ id }));
  return { firstFactors: parts?.firstFactors, providers: providers.map(named) };
}
function named({ id, name }) {
  return { id, name: name ?? id.charAt(0).toUpperCase() + id.slice(1) };
}
