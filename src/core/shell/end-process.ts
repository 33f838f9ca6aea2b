/** ms after the client stopped: what is written by then is written. */
const term = 1000;

/**
 * Ends a process whose client stopped, with the exit code that was set. By itself it ends when nothing is under way; a prompt of the keychain
 * that nobody answers is under way for a minute, and a thread of the native module waits for it.
 */
export function endProcess(): void {
  setTimeout(() => process.exit(), term).unref();
}
