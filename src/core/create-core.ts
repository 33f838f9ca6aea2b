import { type ComposedCore, composeCore } from './compose-core.ts';
import { createDiagnosis } from './diagnosis/create-diagnosis.ts';
import type { CreateBroker } from './parts.ts';
import type { Ports } from './ports/index.ts';
import { type CoreRouter, createRouter } from './router/create-router.ts';

/** The client without a shell. */
export interface Core extends ComposedCore {
  /** contract/client, for any transport. */
  readonly router: CoreRouter;
}

/** @param createBroker null: this core answers no programs */
export function createCore(ports: Ports, createBroker: CreateBroker | null = null): Core {
  const { core, parts } = composeCore(ports, createBroker);
  return { ...core, router: createRouter({ ...parts, diagnose: createDiagnosis(parts) }) };
}
