import { AldabaError } from '../../../src/contract/errors.ts';
import { diagnosisOf } from './diagnosis.ts';
import type { FakeImplementer, FakeInside } from './fake-core.ts';

const receiptOf = (product: string) => ({
  fileName: `${product}.aldaba-receipt`,
  content: '-----BEGIN ALDABA RETURN RECEIPT-----\n',
});

/** Licenses and settings. */
export function licenseProcedures(
  os: Pick<FakeImplementer, 'licenses' | 'settings' | 'diagnose'>,
  { store }: FakeInside,
) {
  const without = (product: string) =>
    store.update({
      licenses: (store.get().licenses ?? []).filter((view) => view.product !== product),
      uses: store.get().uses.filter((use) => use.program !== product),
    });

  return {
    licenses: {
      renew: os.licenses.renew.handler(() => {}),
      release: os.licenses.release.handler(({ input }) => without(input.product)),
      borrow: os.licenses.borrow.handler(({ input }) => {
        throw new AldabaError('borrow-unavailable', input.product);
      }),
      returnBorrowed: os.licenses.returnBorrowed.handler(({ input }) => {
        throw new AldabaError('borrow-unavailable', input.product);
      }),
      registerAgain: os.licenses.registerAgain.handler(() => {
        const { device } = store.get();
        const components = device.components.map(({ name }) => ({ name, change: 'same' as const }));
        store.update({ device: { ...device, match: 'match', score: 100, components } });
      }),
      giveBack: os.licenses.giveBack.handler(({ input }) => {
        const view = store.get().licenses?.find(({ product }) => product === input.product);
        without(input.product);
        if (store.get().connection.state !== 'not-needed')
          return { told: true, fileName: null, content: null };
        const { product, productName } = view ?? { product: input.product, productName: input.product };
        store.update({ returned: [{ product, productName, kind: 'license' }] });
        return { told: false, ...receiptOf(product) };
      }),
      receipt: os.licenses.receipt.handler(({ input }) => receiptOf(input.product)),
    },
    diagnose: os.diagnose.handler(() => diagnosisOf(store.get())),
    settings: {
      update: os.settings.update.handler(({ input }) => {
        const { settings, lockedSettings } = store.get();
        const locked = Object.keys(input).find((name) => lockedSettings.includes(name));
        if (locked !== undefined)
          throw new AldabaError('policy-locked', 'fixed by the scenario', { field: locked });
        const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
        store.update({ settings: { ...settings, ...given } });
      }),
      dismissNotice: os.settings.dismissNotice.handler(({ input }) =>
        store.update({ notices: store.get().notices.filter((notice) => notice.id !== input.id) }),
      ),
    },
  };
}
