import { portal } from '../implement.ts';
import { licensePolicies as policies } from '../policies/licenses.ts';
import { deactivate } from '../services/activations/deactivate.ts';
import { activateOffline } from '../services/activations/offline.ts';
import { activateOnline } from '../services/activations/online.ts';
import { acquireLease, claimantOf } from '../services/leases/acquire.ts';
import { borrowLease } from '../services/leases/borrow.ts';
import { reclaimLease, releaseLease } from '../services/leases/release.ts';
import { renewLeases } from '../services/leases/renew.ts';
import { leaveQueue } from '../services/leases/seat-queue.ts';
import { createDownloadLink, listProducts, listReleases } from '../services/products.ts';

const { licenses } = portal;

/** Procedures of `contract/portal/licenses.ts`. */
export const licenseRoutes = {
  acquire: licenses.acquire
    .use(policies.acquire)
    .handler(({ context, input }) => acquireLease(context.portal, context.principal, input)),
  leaveQueue: licenses.leaveQueue
    .use(policies.leaveQueue)
    .handler(({ context, input }) => leaveQueue(context.portal, claimantOf(context.principal), input.ticket)),
  renew: licenses.renew
    .use(policies.renew)
    .handler(({ context, input }) => renewLeases(context.portal, context.principal, input)),
  release: licenses.release
    .use(policies.release)
    .handler(({ context, input }) => releaseLease(context.portal, context.principal, input.leaseId)),
  borrow: licenses.borrow
    .use(policies.borrow)
    .handler(({ context, input }) => borrowLease(context.portal, context.principal, input, context.request)),
  reclaim: licenses.reclaim
    .use(policies.reclaim)
    .handler(({ context, input }) => reclaimLease(context.portal, context.principal, input, context.request)),
  products: licenses.products
    .use(policies.products)
    .handler(async ({ context }) => ({ products: await listProducts(context.portal, context.principal) })),
  releases: licenses.releases.use(policies.releases).handler(async ({ context, input }) => ({
    releases: await listReleases(context.portal, context.principal, input),
  })),
  downloadLink: licenses.downloadLink
    .use(policies.downloadLink)
    .handler(({ context, input }) => createDownloadLink(context.portal, context.principal, input.id)),
  activate: licenses.activate
    .use(policies.activate)
    .handler(({ context, input }) => activateOnline(context, input)),
  activateOffline: licenses.activateOffline
    .use(policies.activateOffline)
    .handler(({ context, input }) => activateOffline(context, input.request)),
  deactivate: licenses.deactivate
    .use(policies.deactivate)
    .handler(({ context, input }) => deactivate(context, input.receipt)),
  trust: licenses.trust
    .use(policies.trust)
    .handler(({ context: { portal: services } }) => services.keys.signing.trust(services.clock.now())),
};
