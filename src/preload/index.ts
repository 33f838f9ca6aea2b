import { ipcRenderer } from 'electron';
import type { portMessage } from '../contract/window-link.ts';

const message: typeof portMessage = 'aldaba:port';

/** Hands the first port that the page posts to itself over to the core, and nothing else, ever. */
function handOver(event: MessageEvent): void {
  const [port, ...more] = event.ports;
  if (event.source !== window || event.origin !== window.origin || event.data !== message) return;
  if (port === undefined || more.length > 0) return;
  window.removeEventListener('message', handOver);
  ipcRenderer.postMessage(message, null, [port]);
}

window.addEventListener('message', handOver);
