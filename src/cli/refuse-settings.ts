import { type Context, UsageError } from './context.ts';

/** @throws UsageError when settings were fixed for this command and another process, which has its own, would do the work */
export function refuseSettings({ options }: Context, pid: number): void {
  if (options.set !== undefined) throw new UsageError('usage.settingsOfRunning', { pid });
}
