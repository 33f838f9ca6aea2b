import { anyDevice, anyone, person, personOrKey } from '../policy.ts';

/**
 * A cloud key enters these procedures as a person with the permission does; which products it opens is decided where they are looked up.
 * Standalone devices present their license key, or a document that they signed.
 */
export const licensePolicies = {
  acquire: personOrKey('license:activate'),
  leaveQueue: personOrKey('license:activate'),
  renew: personOrKey('license:activate'),
  release: personOrKey('license:activate'),
  borrow: personOrKey('license:activate'),
  reclaim: person('seat:reclaim'),
  products: personOrKey('software:read'),
  releases: personOrKey('software:read'),
  downloadLink: personOrKey('software:download'),
  activate: anyDevice(),
  activateOffline: anyone(),
  deactivate: anyone(),
  trust: anyone(),
};
