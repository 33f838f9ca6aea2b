import { AldabaError } from '../../contract/errors.ts';
import type { Mode } from '../../contract/primitives.ts';
import type { Gateway } from '../parts.ts';
import { asAldabaError } from '../problem.ts';
import { type ClientImplementer, withSignal } from './implement-client.ts';

/**
 * The portal's people procedures as they are: the core adds session and proof, and decides nothing. What the person may not do is
 * refused by the portal; that a key has no role to be refused for is known here alone.
 */
export function createPeople(
  implementer: ClientImplementer['people'],
  gateway: Gateway,
  mode: () => Mode | null,
) {
  const { people } = gateway.portal;
  const os = implementer.use(async ({ next }) => {
    try {
      return await next();
    } catch (error) {
      const { code, message } = asAldabaError(error);
      if (code !== 'forbidden' || mode() !== 'cloud-key') throw error;
      throw new AldabaError('key-manages-nobody', message, undefined, { cause: error });
    }
  });
  return {
    listContacts: os.listContacts.handler(({ input, signal }) =>
      people.listContacts(input, withSignal(signal)),
    ),
    getContact: os.getContact.handler(({ input, signal }) => people.getContact(input, withSignal(signal))),
    createContact: os.createContact.handler(({ input, signal }) =>
      people.createContact(input, withSignal(signal)),
    ),
    updateContact: os.updateContact.handler(({ input, signal }) =>
      people.updateContact(input, withSignal(signal)),
    ),
    deleteContact: os.deleteContact.handler(({ input, signal }) =>
      people.deleteContact(input, withSignal(signal)),
    ),
    suspendContact: os.suspendContact.handler(({ input, signal }) =>
      people.suspendContact(input, withSignal(signal)),
    ),
    reactivateContact: os.reactivateContact.handler(({ input, signal }) =>
      people.reactivateContact(input, withSignal(signal)),
    ),
    resendInvitation: os.resendInvitation.handler(({ input, signal }) =>
      people.resendInvitation(input, withSignal(signal)),
    ),
    resetPassword: os.resetPassword.handler(({ input, signal }) =>
      people.resetPassword(input, withSignal(signal)),
    ),
    listRoles: os.listRoles.handler(({ input, signal }) => people.listRoles(input, withSignal(signal))),
    listPools: os.listPools.handler(({ input, signal }) => people.listPools(input, withSignal(signal))),
    setBorrowDays: os.setBorrowDays.handler(({ input, signal }) =>
      people.setBorrowDays(input, withSignal(signal)),
    ),
    assignSeat: os.assignSeat.handler(({ input, signal }) => people.assignSeat(input, withSignal(signal))),
    withdrawSeat: os.withdrawSeat.handler(({ input, signal }) =>
      people.withdrawSeat(input, withSignal(signal)),
    ),
    listHolders: os.listHolders.handler(({ input, signal }) => people.listHolders(input, withSignal(signal))),
  };
}
