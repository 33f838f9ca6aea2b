/** Procedures of `contract/portal/passwords.ts`. */
export const passwordRoutes = {};
