import type { LicenseView } from '../../../src/contract/client/state.ts';
import { AldabaError } from '../../../src/contract/errors.ts';
import { diagnosisOf } from './diagnosis.ts';
import type { FakeImplementer, FakeInside } from './fake-core.ts';
import { at, present } from './states.ts';

const receiptOf = (product: string) => ({
  fileName: `${product}.aldaba-receipt`,
  content: '-----BEGIN ALDABA RETURN RECEIPT-----\n',
});

/** Licenses, settings and the way to the portal. */
export function licenseProcedures(
  os: Pick<FakeImplementer, 'licenses' | 'settings' | 'connection' | 'diagnose'>,
  { store }: FakeInside,
) {
  const without = (product: string) =>
    store.update({
      licenses: (store.get().licenses ?? []).filter((view) => view.product !== product),
      uses: store.get().uses.filter((use) => use.program !== product),
    });

  const find = (product: string) => store.get().licenses?.find((view) => view.product === product);
  const put = (product: string, change: Partial<LicenseView>) =>
    store.update({
      licenses: (store.get().licenses ?? []).map((view) =>
        view.product === product ? { ...view, ...change } : view,
      ),
    });
  const plain = { warnings: [], problem: null };

  return {
    licenses: {
      renew: os.licenses.renew.handler(() => {}),
      release: os.licenses.release.handler(({ input }) => without(input.product)),
      borrow: os.licenses.borrow.handler(({ input: { product, days } }) => {
        if (store.get().connection.state === 'offline') throw new AldabaError('network-offline');
        const maximum = find(product)?.borrowDays ?? 0;
        if (maximum === 0) throw new AldabaError('borrow-unavailable', product);
        if (days > maximum) throw new AldabaError('borrow-too-long', `${days} days`, { maximum });
        const held = find(product);
        const before = held?.kind === 'borrow' ? (held.expiresAt ?? '') : '';
        // ISO instants of one length: the later one, as the portal never shortens a loan.
        const end = [at(days, 'd'), before].toSorted().at(-1) ?? before;
        const times = { renewedAt: present, expiresAt: end, until: end };
        put(product, { ...plain, ...times, state: 'borrowed', kind: 'borrow' });
      }),
      returnBorrowed: os.licenses.returnBorrowed.handler(({ input: { product } }) => {
        const view = find(product);
        if (view?.kind !== 'borrow') throw new AldabaError('not-borrowed', product);
        if (store.get().connection.state === 'offline') {
          without(product);
          store.update({ returned: [{ product, productName: view.productName, kind: 'borrow' }] });
          return { told: false, ...receiptOf(product) };
        }
        // Programs that run go on with a seat that is free.
        const times = { renewedAt: present, expiresAt: at(20), until: at(75) };
        if (view.programs.length === 0) without(product);
        else put(product, { ...plain, ...times, state: 'active', kind: 'lease' });
        return { told: true, fileName: null, content: null };
      }),
      registerAgain: os.licenses.registerAgain.handler(() => {
        const { device } = store.get();
        const components = device.components.map(({ name }) => ({ name, change: 'same' as const }));
        store.update({ device: { ...device, match: 'match', score: 100, components } });
      }),
      giveBack: os.licenses.giveBack.handler(({ input }) => {
        const view = find(input.product);
        without(input.product);
        if (store.get().connection.state !== 'not-needed')
          return { told: true, fileName: null, content: null };
        const { product, productName } = view ?? { product: input.product, productName: input.product };
        store.update({ returned: [{ product, productName, kind: 'license' }] });
        return { told: false, ...receiptOf(product) };
      }),
      receipt: os.licenses.receipt.handler(({ input }) => receiptOf(input.product)),
    },
    connection: { check: os.connection.check.handler(() => {}) },
    diagnose: os.diagnose.handler(() => diagnosisOf(store.get())),
    settings: {
      update: os.settings.update.handler(({ input }) => {
        const { settings, lockedSettings, keychain } = store.get();
        const locked = Object.keys(input).find((name) => lockedSettings.includes(name));
        if (locked !== undefined)
          throw new AldabaError('policy-locked', 'fixed by the scenario', { field: locked });
        const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
        store.update({ settings: { ...settings, ...given } });
        if (keychain.backend === 'memory' && input.secretsOnDisk === true)
          store.update({ keychain: { backend: 'file', state: 'ok' } });
      }),
      dismissNotice: os.settings.dismissNotice.handler(({ input }) =>
        store.update({ notices: store.get().notices.filter((notice) => notice.id !== input.id) }),
      ),
    },
  };
}
