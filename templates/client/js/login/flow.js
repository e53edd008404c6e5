/**
 * What the parts of `<auth-login>` know of each other: a login method brings views, a view is data,
 * and the flow is what a method may do with the element around it.
 */
export {};
