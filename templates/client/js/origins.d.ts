/** Domains and paths as appInfo writes them. */
/** The origin that a domain means: `localhost:3001` is `http://localhost:3001`. */
export declare function originOf(domain: string): string;
/** A path with a slash before it and none behind. */
export declare function pathOf(path: string, origin: string): string;
