import { licenseRoutes } from './routes/licenses.ts';
import { passwordRoutes } from './routes/passwords.ts';
import { peopleRoutes } from './routes/people.ts';
import { sessionRoutes } from './routes/sessions.ts';

/** The parts of the portal, under the names of the contract. Each part is a folder entry in routes/, policies/ and services/. */
export const portalRouter = {
  sessions: sessionRoutes,
  passwords: passwordRoutes,
  licenses: licenseRoutes,
  people: peopleRoutes,
};
