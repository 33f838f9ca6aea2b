import { createBroker } from '../broker/create-broker.ts';
import { type Core, createCore } from '../create-core.ts';
import { runEveryStep } from '../run-every-step.ts';
import { createAttachedDesktops } from './attached-desktops.ts';
import { type ControlServer, type ShellActions, serveControl } from './control-server.ts';
import { linkOrigins } from './link-origins.ts';
import { createNodePorts, type NodePorts, type Shell } from './node-ports.ts';
import type { Surroundings } from './surroundings.ts';

/** The client of a profile in this process: it answers programs, and the command line. */
export interface RunningProcess {
  readonly core: Core;
  readonly ports: NodePorts;
  stop(): Promise<void>;
}

/**
 * Starts the client of a profile: core, broker and control endpoint. One per profile.
 *
 * @throws AldabaError `already-running` when another process has it; nothing is left behind
 */
export async function startClient(options: {
  readonly surroundings: Surroundings;
  readonly shell: Shell;
  readonly actions: ShellActions;
}): Promise<RunningProcess> {
  const desktops = createAttachedDesktops(options.shell.opener, (desktop) => {
    const { version, shell, canAutoStart = false } = options.shell.client;
    const { client } = core.state.get();
    const own = { ...client, version, shell, canAutoStart };
    core.state.update({ client: desktop === null ? own : { ...own, shell: 'electron', ...desktop } });
  });
  const ports = await createNodePorts(options.surroundings, { ...options.shell, opener: desktops.opener });
  const core = createCore(ports, createBroker);
  let control: ControlServer | null = null;
  const stop = () =>
    runEveryStep(
      () => control?.close(),
      () => core.stop(),
      () => ports.close(),
    );
  try {
    await core.start();
    control = await serveControl({
      paths: ports.paths,
      client: core.router,
      snapshot: core.state.get,
      shell: options.actions,
      linkOrigins: () => linkOrigins(ports),
      attachDesktop: desktops.attach,
      log: ports.log,
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { core, ports, stop };
}
