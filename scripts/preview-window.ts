/**
 * Shows every screen and state of the window in a browser, over a core in memory: `node scripts/preview-window.ts [--port N]`.
 * Prints the address of a list; each entry opens the built window (`node scripts/build.ts renderer`) in that state.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { languageSchema } from '../src/contract/primitives.ts';
import { type OpenScenario, openScenario } from '../test/fakes/client/open-scenario.ts';
import { scenarios } from '../test/fakes/client/scenarios/index.ts';

const { values } = parseArgs({ options: { port: { type: 'string', default: '4180' } } });
const open = new Set<OpenScenario>();

const server = createServer(async (request, response) => {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const scenario = scenarios.find(({ name }) => url.pathname === `/${name}`);
  if (scenario === undefined) {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(list());
    return;
  }
  const { settings } = scenario.world.state;
  const language = languageSchema.parse(url.searchParams.get('language') ?? 'es');
  const theme = url.searchParams.get('theme') === 'dark' ? 'dark' : 'light';
  const opened = await openScenario(scenario, { settings: { ...settings, language, theme } });
  open.add(opened);
  response.writeHead(303, { location: opened.address }).end();
});

server.listen(Number(values.port), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});
process.once('SIGINT', async () => {
  await Promise.all([...open].map((one) => one.close()));
  server.closeAllConnections();
  server.close();
});

function list(): string {
  const rows = scenarios.map(({ name }) => {
    const links = ['es', 'en', 'pt'].flatMap((language) =>
      ['light', 'dark'].map(
        (theme) => `<a href="/${name}?language=${language}&theme=${theme}">${language} ${theme}</a>`,
      ),
    );
    return `<tr><th align="left">${name}</th><td>${links.join(' · ')}</td></tr>`;
  });
  return `<!doctype html><title>Aldaba: every screen</title><table>${rows.join('')}</table>`;
}
