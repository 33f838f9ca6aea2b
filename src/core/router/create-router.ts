import type { Diagnosis } from '../../contract/client/diagnosis.ts';
import { AldabaError } from '../../contract/errors.ts';
import { changeSettings } from '../change-settings.ts';
import type { Downloads } from '../downloads/downloads.ts';
import { createRecheck } from '../gateway/recheck.ts';
import type { Gateway, Licenses, StateStore } from '../parts.ts';
import type { Ports } from '../ports/index.ts';
import type { SessionControl } from '../session/session.ts';
import type { Setup } from '../setup/setup.ts';
import { acknowledgeNotice } from '../state/settings-notices.ts';
import { withoutCredentials } from '../without-credentials.ts';
import { implementClient, withSignal } from './implement-client.ts';
import { createPeople } from './people.ts';

export interface RouterNeeds {
  ports: Ports;
  gateway: Gateway;
  state: StateStore;
  session: SessionControl;
  setup: Setup;
  licenses: Licenses;
  downloads: Downloads;
  diagnose: (signal?: AbortSignal) => Promise<Diagnosis>;
}

/** Changed by setup, which does not lose what works; a bare write of them would. */
const settingsOfSetup = ['mode', 'portal'] as const;

/** The whole of contract/client, for every transport. */
export function createRouter(needs: RouterNeeds) {
  const { ports, gateway, state, session, setup, licenses, downloads, diagnose } = needs;
  const os = implementClient(ports.log);
  // Takes no identity, and costs the portal next to nothing.
  const recheck = createRecheck(ports, () => gateway.portal.licenses.trust());

  return os.router({
    state: {
      get: os.state.get.handler(() => state.get()),
      watch: os.state.watch.handler(({ signal }) => state.watch(signal ?? new AbortController().signal)),
    },
    setup: {
      chooseMode: os.setup.chooseMode.handler(({ input }) => setup.chooseMode(input.mode)),
      setPortal: os.setup.setPortal.handler(({ input }) => setup.setPortal(input.address)),
      back: os.setup.back.handler(() => setup.back()),
      cancel: os.setup.cancel.handler(() => setup.cancel()),
      signIn: os.setup.signIn.handler(({ input }) => setup.signIn(input)),
      chooseAccount: os.setup.chooseAccount.handler(({ input }) => setup.chooseAccount(input.accountId)),
      cancelSignIn: os.setup.cancelSignIn.handler(() => setup.cancelSignIn()),
      requestPasswordLink: os.setup.requestPasswordLink.handler(({ input }) =>
        setup.requestPasswordLink(input.email),
      ),
      enterKey: os.setup.enterKey.handler(({ input }) => setup.enterKey(input.key)),
      takeStored: os.setup.takeStored.handler(() => setup.takeStored()),
      activate: os.setup.activate.handler(({ input }) => setup.activate(input.key)),
      createRequestFile: os.setup.createRequestFile.handler(({ input }) =>
        setup.createRequestFile(input.key),
      ),
      resetDevice: os.setup.resetDevice.handler(() => setup.resetDevice()),
      importFile: os.setup.importFile.handler(({ input }) => setup.importFile(input.content)),
    },
    session: {
      signOut: os.session.signOut.handler(() => session.signOut()),
      list: os.session.list.handler(({ signal }) =>
        gateway.portal.sessions.list(undefined, withSignal(signal)),
      ),
      end: os.session.end.handler(({ input, signal }) =>
        gateway.portal.sessions.end(input, withSignal(signal)),
      ),
      switchAccount: os.session.switchAccount.handler(({ input }) => session.switchAccount(input.accountId)),
      confirmPassword: os.session.confirmPassword.handler(({ input, signal }) =>
        gateway.portal.sessions.confirmPassword(input, withSignal(signal)),
      ),
    },
    licenses: {
      renew: os.licenses.renew.handler(() => licenses.renewNow()),
      release: os.licenses.release.handler(({ input }) => licenses.releaseProduct(input.product)),
      borrow: os.licenses.borrow.handler(({ input }) => licenses.borrow(input.product, input.days)),
      returnBorrowed: os.licenses.returnBorrowed.handler(({ input }) =>
        licenses.returnBorrowed(input.product),
      ),
      registerAgain: os.licenses.registerAgain.handler(({ input }) => licenses.registerAgain(input.key)),
      giveBack: os.licenses.giveBack.handler(({ input }) => licenses.giveBack(input.product)),
      receipt: os.licenses.receipt.handler(({ input }) => licenses.receipt(input.product)),
    },
    connection: { check: os.connection.check.handler(recheck) },
    diagnose: os.diagnose.handler(({ signal }) => diagnose(signal)),
    programs: {
      list: os.programs.list.handler(() => downloads.releases()),
      download: os.programs.download.handler(({ input }) => downloads.download(input.releaseId)),
      pause: os.programs.pause.handler(({ input }) => downloads.pause(input.releaseId)),
      resume: os.programs.resume.handler(({ input }) => downloads.resume(input.releaseId)),
      cancel: os.programs.cancel.handler(({ input }) => downloads.cancel(input.releaseId)),
      open: os.programs.open.handler(({ input }) => downloads.open(input.releaseId)),
      showInFolder: os.programs.showInFolder.handler(({ input }) => downloads.showInFolder(input.releaseId)),
    },
    settings: {
      update: os.settings.update.handler(async ({ input }) => {
        for (const name of settingsOfSetup) {
          if (input[name] !== undefined) {
            throw new AldabaError('invalid-input', `${name} is changed by setup`, { field: name });
          }
        }
        if (input.proxy && withoutCredentials(input.proxy) !== input.proxy) {
          throw new AldabaError('invalid-input', 'a proxy password would be kept in a plain file', {
            field: 'proxy',
          });
        }
        await changeSettings(ports, input, licenses.isBound);
      }),
      dismissNotice: os.settings.dismissNotice.handler(async ({ input }) => {
        state.clearNotice(input.id);
        await acknowledgeNotice(ports.settings, input.id);
      }),
    },
    people: createPeople(os.people, gateway, () => ports.settings.current().mode),
  });
}
export type CoreRouter = ReturnType<typeof createRouter>;
