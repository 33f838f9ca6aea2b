import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { settingsSchema } from '../../src/contract/settings.ts';
import { findPolicyFile } from '../../src/core/adapters/find-paths.ts';
import { readPolicy, settingsFromEnvironment } from '../../src/core/adapters/settings-sources.ts';

let folder: string;
let guide: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aldaba-guide-'));
  guide = await readFile(new URL('../../docs/deployment.md', import.meta.url), 'utf8');
});
afterAll(() => rm(folder, { recursive: true }));

test('the guide for IT names every setting, each with its variable', () => {
  const rows = [...guide.matchAll(/^\| `(\w+)` \| `(ALDABA_\w+)` \|/gm)].map(([, name, variable]) => ({
    name,
    variable,
  }));
  expect(rows.map(({ name }) => name)).toEqual(Object.keys(settingsSchema.shape));
  for (const { name, variable = '' } of rows) {
    const { values, problems } = settingsFromEnvironment({ [variable]: 'off' });
    expect([...Object.keys(values), ...problems.map(({ field }) => field)], variable).toEqual([name]);
  }
});

test('its example is a policy of which everything counts, and stands where policies are looked for', async () => {
  const example = /^```json\n(.+?)^```/ms.exec(guide)?.[1] ?? '';
  const file = join(folder, 'policy.json');
  await writeFile(file, example);
  expect(await readPolicy(file)).toEqual({ values: JSON.parse(example), problems: [] });
  for (const platform of ['linux', 'darwin', 'win32'] as const)
    expect(guide).toContain(`\`${findPolicyFile(platform, { ProgramData: '%ProgramData%' })}\``);
});
