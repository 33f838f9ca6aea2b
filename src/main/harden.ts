import type { App, WebContents } from 'electron';
import { denyBadCertificates } from './security/certificates.ts';
import { denyNavigation } from './security/navigation.ts';
import { denyPermissions } from './security/permissions.ts';
import { denyWebview } from './security/webview.ts';
import { denyWindowOpen } from './security/window-open.ts';

/** Puts the guards on everything that will ever be made: whatever page or session comes up later is born with them. */
export function harden(app: App, openExternal: (address: string) => void): void {
  app.enableSandbox();
  denyBadCertificates(app);
  app.on('session-created', denyPermissions);
  app.on('web-contents-created', (_event, contents: WebContents) => {
    denyNavigation(contents);
    denyWindowOpen(contents, openExternal);
    denyWebview(contents);
  });
}
