import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Contact } from '../../../contract/portal/people.ts';
import { useStepUp } from '../../components/step-up.tsx';
import { useToast } from '../../components/toasts.tsx';
import { toTrouble } from '../../lib/problem.ts';
import { useClient } from '../../lib/window-context.tsx';
import { nameOf } from './directory-view.ts';
import { usePeopleCache } from './use-people.ts';

/** What is done to one contact without a form. Each answers the contact as it is then, or null when it was refused, which is said. */
export interface ContactActions {
  suspend(contact: Contact): Promise<Contact | null>;
  reactivate(contact: Contact): Promise<Contact | null>;
  resend(contact: Contact): Promise<Contact | null>;
  /** Rejects when refused: the dialog that asked for it says why. */
  resetPassword(contact: Contact): Promise<void>;
  assignSeat(contact: Contact, pool: PoolName): Promise<Contact | null>;
  withdrawSeat(contact: Contact, pool: PoolName): Promise<Contact | null>;
}

export interface PoolName {
  readonly id: string;
  readonly productName: string;
}

export function useContactActions(): ContactActions {
  const { t } = useTranslation();
  const client = useClient();
  const toast = useToast();
  const stepUp = useStepUp();
  const cache = usePeopleCache();

  return useMemo(() => {
    /** Says it when it is done, with the way back where there is one; the way back has none of its own. */
    async function act(
      call: () => Promise<Contact>,
      said: { text: string; undo?: () => Promise<Contact>; undone?: string; seats?: boolean },
    ): Promise<Contact | null> {
      try {
        const contact = await stepUp(call);
        cache.put(contact);
        if (said.seats) cache.seatsChanged();
        const { undo, undone = '' } = said;
        toast.show({
          text: said.text,
          ...(undo === undefined
            ? {}
            : { undo: () => void act(undo, { text: undone, ...(said.seats ? { seats: true } : {}) }) }),
        });
        return contact;
      } catch (error) {
        const trouble = toTrouble(error);
        // Somebody else took the seat or gave it back: what shows is not so any more.
        if (said.seats) cache.seatsChanged();
        if (trouble.code !== 'cancelled') toast.trouble(trouble);
        return null;
      }
    }

    const suspend = ({ id }: Contact) => client.people.suspendContact({ id });
    const reactivate = ({ id }: Contact) => client.people.reactivateContact({ id });
    const assign = ({ id }: Contact, pool: PoolName) =>
      client.people.assignSeat({ poolId: pool.id, contactId: id });
    const withdraw = ({ id }: Contact, pool: PoolName) =>
      client.people.withdrawSeat({ poolId: pool.id, contactId: id });

    return {
      suspend: (contact) =>
        act(() => suspend(contact), {
          text: t('people.done.suspended', { name: nameOf(contact) }),
          undo: () => reactivate(contact),
          undone: t('people.done.reactivated', { name: nameOf(contact) }),
        }),
      reactivate: (contact) =>
        act(() => reactivate(contact), {
          text: t('people.done.reactivated', { name: nameOf(contact) }),
          undo: () => suspend(contact),
          undone: t('people.done.suspended', { name: nameOf(contact) }),
        }),
      resend: (contact) =>
        act(() => client.people.resendInvitation({ id: contact.id }), {
          text: t('people.done.resent', { email: contact.email }),
        }),
      async resetPassword(contact) {
        const updated = await stepUp(() => client.people.resetPassword({ id: contact.id }));
        cache.put(updated);
        toast.show({ text: t('people.done.reset', { email: contact.email }) });
      },
      assignSeat: (contact, pool) =>
        act(() => assign(contact, pool), {
          text: t('people.done.assigned', { name: nameOf(contact), product: pool.productName }),
          seats: true,
        }),
      withdrawSeat: (contact, pool) =>
        act(() => withdraw(contact, pool), {
          text: t('people.done.withdrawn', { name: nameOf(contact), product: pool.productName }),
          undo: () => assign(contact, pool),
          undone: t('people.done.assigned', { name: nameOf(contact), product: pool.productName }),
          seats: true,
        }),
    };
  }, [t, client, toast, stepUp, cache]);
}
