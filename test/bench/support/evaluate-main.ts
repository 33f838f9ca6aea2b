import { loadMain } from '../../electron/load-main.ts';
import { createFakeElectron } from '../../fakes/electron/index.ts';

/** Prints how long the built main bundle took to evaluate, in ms. Another instance has the lock: nothing is started. */
const electron = createFakeElectron({ folder: process.cwd(), firstInstance: false });
const started = performance.now();
await loadMain(electron);
console.log(performance.now() - started);
process.exit();
