/**
 * The interfaces between the parts of `<auth-login>`: a login method has views, a view is data,
 * and a method uses the element through the flow.
 */
export {};
