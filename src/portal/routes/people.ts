/** Procedures of `contract/portal/people.ts`. */
export const peopleRoutes = {};
