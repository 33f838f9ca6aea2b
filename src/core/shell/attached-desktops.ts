import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import type { DesktopContract, DesktopFacts } from '../../contract/control.ts';
import { AldabaError } from '../../contract/errors.ts';
import type { Opener } from '../ports/opener.ts';
import type { SocketPort } from './socket-port.ts';

/** Windows of other processes that show this client: what this process cannot open, they can. */
export interface AttachedDesktops {
  /** Goes to the window that came last, else to the process's own opener. */
  readonly opener: Opener;
  /** Takes a greeted connection, at whose other end a window answers `desktopContract`. */
  attach(port: SocketPort): void;
}

/**
 * @param own what this process can do without them
 * @param changed told of the window that counts from now on; null: none is left
 */
export function createAttachedDesktops(
  own: Opener,
  changed: (facts: DesktopFacts | null) => void,
): AttachedDesktops {
  const attached: { desktop: ContractRouterClient<DesktopContract>; facts: DesktopFacts }[] = [];
  const tell = () => changed(attached.at(-1)?.facts ?? null);

  async function open(
    through: (desktop: ContractRouterClient<DesktopContract>) => Promise<void>,
    otherwise: () => Promise<void>,
    file?: string,
  ): Promise<void> {
    const last = attached.at(-1);
    if (last === undefined) return otherwise();
    await through(last.desktop).catch((error: unknown) => {
      const data = file === undefined ? undefined : { file };
      throw new AldabaError('open-failed', 'the attached window did not open it', data, { cause: error });
    });
  }

  return {
    opener: {
      async showWindow(reason) {
        const last = attached.at(-1);
        const shown = await last?.desktop.showWindow({ reason }).catch(() => false);
        return shown === true || own.showWindow(reason);
      },
      openFile: (path) =>
        open(
          (desktop) => desktop.openFile({ path }),
          () => own.openFile(path),
          path,
        ),
      showInFolder: (path) =>
        open(
          (desktop) => desktop.showInFolder({ path }),
          () => own.showInFolder(path),
          path,
        ),
      openExternal: (url) =>
        open(
          (desktop) => desktop.openExternal({ url }),
          () => own.openExternal(url),
        ),
    },
    attach(port) {
      const desktop: ContractRouterClient<DesktopContract> = createORPCClient(new RPCLink({ port }));
      let gone = false;
      port.on('close', () => {
        gone = true;
        const at = attached.findIndex((each) => each.desktop === desktop);
        if (at < 0) return;
        attached.splice(at, 1);
        tell();
      });
      desktop.describe().then(
        (facts) => {
          if (gone) return;
          attached.push({ desktop, facts });
          tell();
        },
        () => port.close(),
      );
    },
  };
}
