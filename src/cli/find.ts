import type { Contact, Pool } from '../contract/portal/people.ts';
import { type Context, UsageError } from './context.ts';
import type { Client } from './open-client.ts';
import { roleName } from './role-name.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A person of the directory, by id or by the whole email. */
export async function findPerson(client: Client, name: string): Promise<Contact> {
  if (uuid.test(name)) return client.people.getContact({ id: name });
  const { contacts } = await client.people.listContacts({ search: name, limit: 200 });
  const found = contacts.find((contact) => contact.email.toLowerCase() === name.trim().toLowerCase());
  if (found === undefined) throw new UsageError('usage.noPerson', { name });
  return found;
}

/** A role, by id, key or name: as it is stored, or as this command line shows it. */
export async function findRole(
  context: Pick<Context, 't'>,
  client: Client,
  name: string,
): Promise<{ id: string; name: string }> {
  const { roles } = await client.people.listRoles();
  const wanted = name.toLowerCase();
  const shown = (role: (typeof roles)[number]) => roleName(context, role.key, role.name);
  const found = roles.find((role) =>
    [role.id, role.key, role.name.toLowerCase(), shown(role).toLowerCase()].includes(wanted),
  );
  if (found === undefined) {
    const choices = roles.map((role) => `  ${role.key ?? role.id}  ${shown(role)}`);
    throw new UsageError('usage.noRole', { name }, choices);
  }
  return found;
}

/** The seats of a product, by its code: there may be several purchases of it. Or of one purchase, by its id. */
export async function findPools(client: Client, product: string): Promise<readonly [Pool, ...Pool[]]> {
  const { pools } = await client.people.listPools();
  const [first, ...more] = pools.filter((pool) => pool.product === product || pool.id === product);
  if (first === undefined) throw new UsageError('usage.noPool', { name: product });
  return [first, ...more];
}

/** The first of them. */
export async function findPool(client: Client, product: string): Promise<Pool> {
  return (await findPools(client, product))[0];
}
