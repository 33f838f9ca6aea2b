/**
 * A client of nested procedures that is made with the first call, and once.
 *
 * @param make may load code; when it fails, that call fails, and the next one tries again
 */
export function lazyClient<Client extends object>(make: () => Promise<Client>): Client {
  let made: Promise<Client> | null = null;
  const client = () => {
    made ??= make().catch((error: unknown) => {
      made = null;
      throw error;
    });
    return made;
  };
  const at = (path: readonly string[]): unknown =>
    new Proxy(() => undefined, {
      // Awaiting it, or printing it, calls nothing.
      get: (_target, key) => (typeof key === 'symbol' || key === 'then' ? undefined : at([...path, key])),
      apply: async (_target, _this, args: unknown[]) => {
        let node: unknown = await client();
        for (const key of path) node = Reflect.get(node as object, key);
        return Reflect.apply(node as (...given: unknown[]) => unknown, undefined, args);
      },
    });
  return at([]) as Client;
}
