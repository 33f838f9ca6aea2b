import { portal } from '../implement.ts';
import { peoplePolicies as policies } from '../policies/people.ts';
import { createContact } from '../services/people/create-contact.ts';
import { deleteContact, reactivateContact, suspendContact } from '../services/people/end-access.ts';
import { resendInvitation, resetPassword } from '../services/people/invitations.ts';
import { listHolders, listPools, setBorrowDays } from '../services/people/pools.ts';
import { getContact, listContacts } from '../services/people/read-contacts.ts';
import { listRoles } from '../services/people/roles.ts';
import { assignSeat, withdrawSeat } from '../services/people/seats.ts';
import { updateContact } from '../services/people/update-contact.ts';

const { people } = portal;

/** Procedures of `contract/portal/people.ts`. */
export const peopleRoutes = {
  listContacts: people.listContacts
    .use(policies.listContacts)
    .handler(({ context, input }) => listContacts(context, input)),
  getContact: people.getContact
    .use(policies.getContact)
    .handler(({ context, input }) => getContact(context, input.id)),
  createContact: people.createContact
    .use(policies.createContact)
    .handler(({ context, input }) => createContact(context, input)),
  updateContact: people.updateContact
    .use(policies.updateContact)
    .handler(({ context, input }) => updateContact(context, input)),
  deleteContact: people.deleteContact
    .use(policies.deleteContact)
    .handler(({ context, input }) => deleteContact(context, input.id)),
  suspendContact: people.suspendContact
    .use(policies.suspendContact)
    .handler(({ context, input }) => suspendContact(context, input.id)),
  reactivateContact: people.reactivateContact
    .use(policies.reactivateContact)
    .handler(({ context, input }) => reactivateContact(context, input.id)),
  resendInvitation: people.resendInvitation
    .use(policies.resendInvitation)
    .handler(({ context, input }) => resendInvitation(context, input.id)),
  resetPassword: people.resetPassword
    .use(policies.resetPassword)
    .handler(({ context, input }) => resetPassword(context, input.id)),
  listRoles: people.listRoles.use(policies.listRoles).handler(({ context }) => listRoles(context)),
  listPools: people.listPools.use(policies.listPools).handler(({ context }) => listPools(context)),
  setBorrowDays: people.setBorrowDays
    .use(policies.setBorrowDays)
    .handler(({ context, input }) => setBorrowDays(context, input)),
  assignSeat: people.assignSeat
    .use(policies.assignSeat)
    .handler(({ context, input }) => assignSeat(context, input)),
  withdrawSeat: people.withdrawSeat
    .use(policies.withdrawSeat)
    .handler(({ context, input }) => withdrawSeat(context, input)),
  listHolders: people.listHolders
    .use(policies.listHolders)
    .handler(({ context, input }) => listHolders(context, input.poolId)),
};
