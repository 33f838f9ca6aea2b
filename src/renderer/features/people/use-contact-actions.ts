import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Contact } from '../../../contract/portal/people.ts';
import { useStepUp } from '../../components/step-up.tsx';
import { type NextStep, useToast } from '../../components/toasts.tsx';
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

interface Deed {
  call(): Promise<Contact>;
  /** What is said of the contact as the portal answered it. */
  said(contact: Contact): { readonly text: string; readonly next?: NextStep };
  /** It changes how many seats are free. */
  readonly seats?: boolean;
}

export function useContactActions(): ContactActions {
  const { t } = useTranslation();
  const client = useClient();
  const toast = useToast();
  const stepUp = useStepUp();
  const cache = usePeopleCache();

  return useMemo(() => {
    /** Says it when it is done, with the way back where there is one; the way back has none of its own. */
    async function act({ call, said, seats = false }: Deed, back?: Deed): Promise<Contact | null> {
      try {
        const contact = await stepUp(call);
        cache.put(contact);
        if (seats) cache.seatsChanged();
        const { text, next } = said(contact);
        if (next !== undefined) toast.show({ text, next });
        else toast.show({ text, ...(back === undefined ? {} : { undo: () => void act(back) }) });
        return contact;
      } catch (error) {
        const trouble = toTrouble(error);
        // Somebody else took the seat or gave it back: what shows is not so any more.
        if (seats) cache.seatsChanged();
        if (trouble.code !== 'cancelled') toast.trouble(trouble);
        return null;
      }
    }

    const suspension = ({ id }: Contact): Deed => ({
      call: () => client.people.suspendContact({ id }),
      said: (contact) => ({ text: t('people.done.suspended', { name: nameOf(contact) }) }),
    });
    const reactivation = ({ id }: Contact): Deed => ({
      call: () => client.people.reactivateContact({ id }),
      said(contact) {
        const name = nameOf(contact);
        if (contact.state !== 'expired') return { text: t('people.done.reactivated', { name }) };
        // The suspension ended the invitation for good.
        const text = t('people.done.uninvited', { name });
        if (!contact.allowed.includes('resend')) return { text };
        return {
          text,
          next: { label: t('people.action.resend'), run: () => void act(invitation(contact)) },
        };
      },
    });
    const invitation = ({ id }: Contact): Deed => ({
      call: () => client.people.resendInvitation({ id }),
      said: ({ email }) => ({ text: t('people.done.resent', { email }) }),
    });
    const assignment = ({ id }: Contact, pool: PoolName): Deed => ({
      call: () => client.people.assignSeat({ poolId: pool.id, contactId: id }),
      said: (contact) => ({
        text: t('people.done.assigned', { name: nameOf(contact), product: pool.productName }),
      }),
      seats: true,
    });
    const withdrawal = ({ id }: Contact, pool: PoolName): Deed => ({
      call: () => client.people.withdrawSeat({ poolId: pool.id, contactId: id }),
      said: (contact) => ({
        text: t('people.done.withdrawn', { name: nameOf(contact), product: pool.productName }),
      }),
      seats: true,
    });

    return {
      suspend: (contact) => act(suspension(contact), reactivation(contact)),
      reactivate: (contact) => act(reactivation(contact), suspension(contact)),
      resend: (contact) => act(invitation(contact)),
      async resetPassword(contact) {
        const updated = await stepUp(() => client.people.resetPassword({ id: contact.id }));
        cache.put(updated);
        toast.show({ text: t('people.done.reset', { email: contact.email }) });
      },
      assignSeat: (contact, pool) => act(assignment(contact, pool)),
      withdrawSeat: (contact, pool) => act(withdrawal(contact, pool), assignment(contact, pool)),
    };
  }, [t, client, toast, stepUp, cache]);
}
