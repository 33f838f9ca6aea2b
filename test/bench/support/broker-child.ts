import { createServer } from 'node:net';
import { join } from 'node:path';
import { createBroker } from '../../../src/core/broker/create-broker.ts';
import { createDevice } from '../../../src/core/device/device.ts';
import { createLicenses } from '../../../src/core/licenses/create-licenses.ts';
import { createProcessLock } from '../../../src/core/lock/process-lock.ts';
import type { Clock } from '../../../src/core/ports/clock.ts';
import { initialState } from '../../../src/core/state/initial-state.ts';
import { createStateStore } from '../../../src/core/state/state-store.ts';
import { createTestPorts } from '../../fakes/ports.ts';
import { createSeatPortal } from '../../fakes/seat-portal.ts';
import { createTestSession } from '../../fakes/session.ts';

/** The broker with real licensing over a portal in memory, and beside it a server that only sends each frame back. */
const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sinceBoot: () => performance.now(),
  setTimer(delay, run) {
    const timer = setTimeout(run, delay);
    return { cancel: () => clearTimeout(timer) };
  },
};

const ports = await createTestPorts({ clock });
const portal = await createSeatPortal(clock, () => device.thumbprint, Math.floor(Date.now() / 1000));
const lock = createProcessLock(ports.paths.runtime);
const device = createDevice({
  secrets: ports.secrets,
  hardware: ports.hardware,
  lock,
  data: ports.paths.data,
});
const parts = {
  ports: { ...ports, clock, rootKeys: portal.rootKeys },
  device,
  gateway: portal.gateway,
  session: createTestSession(),
  state: createStateStore(initialState(ports), clock),
  lock,
};
const licenses = createLicenses(parts);
await licenses.start();
const broker = createBroker({ ...parts, licenses });
await broker.start();

/** The least that a server of this framing can do: find the end of each frame, and write the frame. */
const echo = createServer({ noDelay: true }, (socket) => {
  let buffered = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk]);
    for (;;) {
      const end = buffered.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(buffered.toString('latin1', 'Content-Length: '.length, end));
      const whole = end + 4 + length;
      if (buffered.length < whole) return;
      socket.write(buffered.subarray(0, whole));
      buffered = buffered.subarray(whole);
    }
  });
  socket.on('error', () => undefined);
});
const echoAddress = join(ports.paths.runtime, 'echo.sock');
await new Promise<void>((resolve) => echo.listen(echoAddress, resolve));

process.once('disconnect', () => {
  echo.close();
  void broker
    .stop()
    .then(() => licenses.stop())
    .then(() => ports.remove())
    .then(() => process.exit(0));
});
process.send?.({ broker: broker.address, echo: echoAddress });
