/** Procedures of `contract/portal/sessions.ts`. */
export const sessionRoutes = {};
