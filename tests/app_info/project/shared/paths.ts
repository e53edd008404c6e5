export const gateway = "/gateway";
