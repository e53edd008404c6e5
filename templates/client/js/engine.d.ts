/**
 * The client of one API: which tokens go along with a request, what an answer changes about them, and when they
 * are renewed.
 *
 * The rules that this file keeps:
 *
 * - tokens go to the API's own origins and to no other, not even after a redirect;
 * - however many requests in however many tabs need a new access token, one refresh gets it for all;
 * - a token that is about to expire is renewed before it is sent, by a clock set after the server's;
 * - no request waits for another tab, another answer or a storage without end;
 * - only the server ends a session: a refresh that gets no answer, or an error, throws
 *   and leaves every token where it is.
 */
import type { AuthClient, AuthClientOptions } from "./session.js";
/** A client for one API. */
export declare function newClient(options: AuthClientOptions): AuthClient;
