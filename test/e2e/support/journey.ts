import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import type { Browser } from 'playwright-core';
import { expect } from 'vitest';
import { smtpTransport } from '../../../src/portal/mail/transport.ts';
import { builtWindow } from '../../fakes/client/open-scenario.ts';
import { type LicensePortal, startLicensePortal } from '../../portal/licenses-support.ts';
import { testPassword } from '../../portal/support.ts';
import { launchBrowser } from '../../support/browser.ts';
import { type Computer, startComputer } from './computer.ts';
import { type MailServer, startMailServer } from './mail-server.ts';
import { startWire, type Wire } from './wire.ts';

export interface Journey {
  readonly portal: LicensePortal;
  /** Between the portal and everybody: its address is the portal's. */
  readonly wire: Wire;
  readonly mails: MailServer;
  readonly browser: Browser;
  /** Folder of the portal's releases. */
  readonly releases: string;
  /** A computer on which nothing is set up yet. */
  computer(hostName?: string): Promise<Computer>;
  /** Sessions that were opened by signing in with a password. */
  signIns(): Promise<number>;
  /**
   * What must hold after every test: no browser complained of anything, and no log holds a secret.
   * @param secrets beside the password of the test's people
   */
  wellBehaved(...secrets: string[]): Promise<void>;
  close(): Promise<void>;
}

/** A whole installation: portal in real time over its embedded database, mail over SMTP, a real Chromium; computers as asked for. */
export async function startJourney(): Promise<Journey> {
  const folder = await mkdtemp(join(tmpdir(), 'aldaba-installation-'));
  const releases = join(folder, 'releases');
  const page = join(folder, 'window');
  // A build meanwhile replaces the folder, and a window that is open would not find the rest of itself.
  await cp(builtWindow, page, { recursive: true });
  const [wire, mails, browser] = await Promise.all([startWire(), startMailServer(), launchBrowser()]);
  const portal = await startLicensePortal({
    clock: { now: () => Date.now(), advance: () => undefined },
    mail: smtpTransport(mails.url),
    settings: {
      publicUrl: wire.url,
      releasesFolder: releases,
      // So that what a portal decides shows at once; everything else is as in production.
      licensing: { heartbeat: 2, passRenewal: 2, spread: 0 },
    },
  });
  wire.aim(portal.portal.address);
  const computers: Computer[] = [];
  return {
    portal,
    wire,
    mails,
    browser,
    releases,
    async computer(hostName = `CONDOR-PC-${computers.length + 1}`) {
      const made = await startComputer({
        browser,
        page,
        hostName,
        rootKeys: [portal.portal.rootKey],
        origins: () => [wire.url],
      });
      computers.push(made);
      return made;
    },
    async signIns() {
      const [row] = await portal.query<{ n: number }>(
        sql`select count(*)::int as n from audit where action = 'session.started' and actor ->> 'kind' = 'person'`,
      );
      return row?.n ?? -1;
    },
    async wellBehaved(...secrets) {
      expect(computers.flatMap(({ browser: person }) => person.takeComplaints())).toEqual([]);
      const logs = [...portal.logLines, ...(await Promise.all(computers.map((one) => one.logs())))].join(
        '\n',
      );
      for (const secret of [testPassword, ...secrets]) expect(logs).not.toContain(secret);
    },
    async close() {
      await Promise.all(computers.map((one) => one.close()));
      await browser.close();
      await portal.close();
      await wire.close();
      await mails.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
