/** Procedures of `contract/portal/licenses.ts`. */
export const licenseRoutes = {};
