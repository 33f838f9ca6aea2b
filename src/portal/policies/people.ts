import { person } from '../policy.ts';

/**
 * What each procedure asks of who calls. What depends on the contact that it is about (rank, self, owner, state) is decided by
 * domain/permissions.ts when the service has loaded it.
 */
export const peoplePolicies = {
  listContacts: person('contact:read'),
  getContact: person('contact:read'),
  // An administrator with the password given lately.
  createContact: person('contact:create'),
  // With another role in it also member:assign-role and the password given lately.
  updateContact: person('contact:update'),
  deleteContact: person('contact:delete', { stepUp: true }),
  suspendContact: person('member:suspend'),
  reactivateContact: person('member:suspend'),
  resendInvitation: person('invitation:resend'),
  resetPassword: person('member:reset-password', { stepUp: true }),
  listRoles: person('role:read'),
  listPools: person('seat:read'),
  setBorrowDays: person('seat:lend'),
  assignSeat: person('seat:assign'),
  withdrawSeat: person('seat:withdraw'),
  listHolders: person('seat:read'),
};
