import { z } from 'zod';
import { hasBlockedPort } from '../contract/blocked-ports.ts';
import { licensingSettingsSchema } from './licensing-settings.ts';

function isSafe(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/** What a portal is told. Only index.ts reads the environment; everybody else gets this object. */
export const portalSettingsSchema = z.object({
  /** Address that people and programs use, when it is not the one listened on: behind a proxy. Https, or http on this machine. */
  publicUrl: z
    .url({ protocol: /^https?$/, abort: true })
    .refine(isSafe, 'https is needed, or http on this machine')
    .refine((address) => !/[?#]/.test(address), 'no “?” or “#” can be in it')
    .refine(
      (address) => !hasBlockedPort(address),
      'no browser or program asks at this port (fetch.spec.whatwg.org, port blocking)',
    )
    .transform((value) => {
      const { origin, pathname } = new URL(value);
      return `${origin}${pathname}`.replace(/\/+$/, '');
    })
    .optional(),
  host: z.string().default('127.0.0.1'),
  /** 0 takes a free one. */
  port: z.coerce.number().int().min(0).max(65_535).default(0),
  /** Addresses or CIDR ranges whose X-Forwarded-For is believed. Empty: nobody's. */
  trustedProxies: z
    .array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], 'an address or a range is needed'))
    .default([]),
  /** Shows sent mails at /outbox, to this machine alone. For demonstrations. */
  outboxPage: z.boolean().default(false),
  /** Sender of all mails. */
  mailFrom: z.string().default('Aldaba <no-reply@localhost>'),
  /** Name that mails and pages use for whoever runs the portal. */
  operator: z.string().default('Aldaba'),
  /** Where a person turns with a question; shown in mails and pages. */
  supportEmail: z.email().optional(),
  /** Where more seats are bought. */
  buyUrl: z.url().default('https://aldaba.example/buy'),
  /** Where the roles are explained. */
  roleHelpUrl: z.url().default('https://aldaba.example/help/roles'),
  /** Folder with the files of releases. */
  releasesFolder: z.string().optional(),
  /** Times of leases, passes and download addresses. */
  licensing: licensingSettingsSchema.prefault({}),
  /** Milliseconds that requests and mails in flight get when the portal closes. Whoever started it ends it by force after 4 s. */
  closeTimeout: z.number().int().positive().default(3_000),
});

export type PortalSettings = z.infer<typeof portalSettingsSchema>;
export type PortalSettingsInput = z.input<typeof portalSettingsSchema>;
