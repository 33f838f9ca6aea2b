import type { AppState } from '../../../../src/contract/client/state.ts';
import type { Permission } from '../../../../src/contract/permissions.ts';
import type { FakeCore } from '../fake-core.ts';
import { administratorProfile, at, problem, signedInState } from '../states.ts';
import type { Scenario } from './scenario.ts';

const offline: AppState['connection'] = {
  state: 'offline',
  since: at(-34),
  problem: problem('network-offline'),
};

function people(
  name: string,
  contacts: number,
  change: Partial<AppState> = {},
  prepare?: (core: FakeCore) => void,
): Scenario {
  const world = { state: { ...signedInState, ...change }, contacts };
  return { name: `people/${name}`, world, hash: '#/people', ...(prepare === undefined ? {} : { prepare }) };
}

/** May look and nothing else. */
const reader: Partial<AppState> = {
  profile: {
    ...administratorProfile,
    permissions: ['contact:read', 'role:read', 'software:read'] satisfies Permission[],
  },
};

export const peopleScenarios: readonly Scenario[] = [
  people('table', 100_000),
  people('few', 6),
  people('empty', 0),
  people('reader', 64, reader, (core) => core.directory.seenBy([])),
  people('offline', 64, { connection: offline }),
  people('loading', 64, {}, (core) => {
    core.hold('people.listContacts');
    core.hold('people.listPools');
  }),
  people('error', 64, {}, (core) => {
    core.refuse('people.listContacts', 'unavailable', { retryAfter: 120, requestId: '01JNB7Q' });
    core.refuse('people.listPools', 'unavailable');
  }),
  people('error-offline', 64, { connection: offline }, (core) => {
    core.refuse('people.listContacts', 'network-offline');
    core.refuse('people.listPools', 'network-offline');
  }),
  people('forbidden', 64, {}, (core) => {
    core.refuse('people.listContacts', 'forbidden');
    core.refuse('people.listPools', 'forbidden');
  }),
];
