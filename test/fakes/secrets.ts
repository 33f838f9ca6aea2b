import { AldabaError, type ErrorCode } from '../../src/contract/errors.ts';
import type { SecretName, Secrets, SecretsBackend } from '../../src/core/ports/secrets.ts';

export type SecretOperation = { kind: 'get' | 'set' | 'delete'; name: SecretName };

export interface MemorySecrets extends Secrets {
  /** What the keychain holds; shared with another instance, it plays two processes of one profile. */
  readonly entries: Map<SecretName, string>;
  /** Operations so far, in order. */
  readonly operations: SecretOperation[];
  /** Every operation fails with this code until it is null again (a keyring that the person locks). */
  fault: ErrorCode | null;
  /** Called before each operation takes effect; throwing plays a process that dies there. */
  before: ((operation: SecretOperation) => void | Promise<void>) | null;
  /** Called when an operation has taken effect but before its caller hears of it. */
  after: ((operation: SecretOperation) => void | Promise<void>) | null;
}

/** A keychain in memory, with faults on demand. */
export function createMemorySecrets(
  options: { entries?: Map<SecretName, string>; backend?: SecretsBackend } = {},
): MemorySecrets {
  const entries = options.entries ?? new Map<SecretName, string>();
  const operations: SecretOperation[] = [];
  async function step<T>(operation: SecretOperation, effect: () => T): Promise<T> {
    if (secrets.fault !== null) throw new AldabaError(secrets.fault, 'fault set by the test');
    await secrets.before?.(operation);
    operations.push(operation);
    const result = effect();
    await secrets.after?.(operation);
    return result;
  }
  const secrets: MemorySecrets = {
    backend: options.backend ?? 'secret-service',
    entries,
    operations,
    fault: null,
    before: null,
    after: null,
    get: (name) => step({ kind: 'get', name }, () => entries.get(name) ?? null),
    set: (name, value) => step({ kind: 'set', name }, () => void entries.set(name, value)),
    delete: (name) => step({ kind: 'delete', name }, () => void entries.delete(name)),
  };
  return secrets;
}
