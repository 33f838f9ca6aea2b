import { AldabaError } from '../../../src/contract/errors.ts';
import { type FakeImplementer, type FakeInside, rightPassword } from './fake-core.ts';
import { at, id, idle, portal } from './states.ts';

export function sessionProcedures(os: FakeImplementer['session'], { store, stepUp }: FakeInside) {
  const account = { id: id('account', 1), name: 'Estructuras Cóndor' };
  let sessions = [
    {
      id: id('session', 1),
      deviceName: 'CONDOR-WS-014',
      platform: 'windows',
      account,
      createdAt: at(-40, 'd'),
      lastUsedAt: at(-1),
      current: true,
    },
    {
      id: id('session', 2),
      deviceName: 'CONDOR-LT-203',
      platform: 'windows',
      account,
      createdAt: at(-12, 'd'),
      lastUsedAt: at(-2, 'd'),
      current: false,
    },
    {
      id: id('session', 3),
      deviceName: 'nodo-calculo-7',
      platform: 'linux',
      account,
      createdAt: at(-3, 'd'),
      lastUsedAt: at(-5, 'h'),
      current: false,
    },
  ];
  return {
    signOut: os.signOut.handler(() => {
      store.update({
        profile: null,
        licenses: [],
        uses: [],
        setup: { step: 'sign-in', ...idle, email: '', portal, resetRequested: false },
      });
      return { told: true };
    }),
    list: os.list.handler(() => ({ sessions })),
    end: os.end.handler(({ input }) => {
      sessions = sessions.filter((session) => session.id !== input.id);
    }),
    switchAccount: os.switchAccount.handler(({ input }) => {
      const { profile } = store.get();
      const membership = profile?.accounts.find((other) => other.account.id === input.accountId);
      if (!profile || !membership) throw new AldabaError('not-found');
      store.update({ profile: { ...profile, membership } });
    }),
    confirmPassword: os.confirmPassword.handler(({ input }) => {
      if (input.password !== rightPassword) throw new AldabaError('invalid-credentials');
      stepUp.confirmed = true;
      return { until: at(5) };
    }),
  };
}
