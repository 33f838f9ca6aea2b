import { createRouterClient } from '@orpc/server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFakePortal, type FakePortal, testPassword } from '../../../test/fakes/portal.ts';
import { createTestPorts, type TestPorts } from '../../../test/fakes/ports.ts';
import { createCore } from '../create-core.ts';

let ports: TestPorts;
let portal: FakePortal;

beforeEach(async () => {
  ports = await createTestPorts();
  portal = await createFakePortal(ports.clock);
  ports.http = portal.http;
});
afterEach(() => ports.remove());

describe('session', () => {
  test('A3, A20: email and password sign in', async () => {
    const core = createCore({ ...ports, rootKeys: portal.trust.rootKeys });
    await core.start();
    const client = createRouterClient(core.router);
    await client.setup.chooseMode({ mode: 'cloud-signin' });
    await client.setup.setPortal({ address: 'portal.example/' });
    expect(core.state.get().setup).toMatchObject({ step: 'sign-in', portal: portal.address });
    await client.setup.signIn({ email: 'lucia.ferrer@condor.example', password: testPassword });
    expect(core.state.get().setup).toMatchObject({ step: 'done' });
    const { contacts } = await client.people.listContacts({});
    expect(contacts).toHaveLength(1);
    await core.stop();
  });
});
