import { randomUUID } from 'node:crypto';
import type { Contact } from '../../contract/portal/people.ts';
import type { Language } from '../../contract/primitives.ts';
import { confirmed } from '../confirmed.ts';
import { type Context, type Result, UsageError } from '../context.ts';
import { findPerson, findPool, findRole } from '../find.ts';
import { table } from '../format.ts';
import { type Client, withClient } from '../open-client.ts';
import { roleName } from '../role-name.ts';

interface ListOptions {
  readonly search?: string;
  readonly state?: Contact['state'];
  readonly limit?: number;
}

interface DetailOptions {
  readonly firstName?: string;
  readonly lastName?: string;
  readonly phone?: string;
  readonly jobTitle?: string;
  readonly role?: string;
  readonly shared?: boolean;
  readonly notifications?: boolean;
}

/** The portal's largest page. */
const pageSize = 200;

export async function listPeople(context: Context, _args: string[], options: ListOptions): Promise<Result> {
  const { t } = context;
  return withClient(context, async (client) => {
    const limit = options.limit ?? 50;
    const { search, state } = options;
    const filter = { ...(search === undefined ? {} : { search }), ...(state === undefined ? {} : { state }) };
    const contacts: Contact[] = [];
    let total = 0;
    let cursor: string | null = null;
    do {
      const page = await client.people.listContacts({
        ...filter,
        limit: Math.min(pageSize, limit - contacts.length),
        ...(cursor === null ? {} : { cursor }),
      });
      contacts.push(...page.contacts);
      ({ total, next: cursor } = page);
    } while (cursor !== null && contacts.length < limit);
    const head = (['lastName', 'email', 'role', 'state', 'seats'] as const).map((key) => t(`tables.${key}`));
    const rows = contacts.map((contact) => [
      // As the portal sorts them.
      `${contact.lastName}, ${contact.firstName}`,
      contact.email,
      roleName(context, contact.role.key, contact.role.name),
      t(`contactStates.${contact.state}`),
      contact.seats.map(({ product }) => product).join(' '),
    ]);
    const more = contacts.length < total ? `\n${t('tables.more', { shown: contacts.length, total })}` : '';
    return {
      json: { contacts, total },
      text: rows.length === 0 ? t('tables.none') : table(head, rows) + more,
    };
  });
}

export async function addPerson(
  context: Context,
  [email = '']: string[],
  options: DetailOptions & { readonly seat?: readonly string[]; readonly personLanguage?: Language },
): Promise<Result> {
  return withClient(context, async (client) => {
    const role = await findRole(context, client, options.role ?? '');
    const pools = await Promise.all((options.seat ?? []).map((product) => findPool(client, product)));
    const person = {
      email,
      firstName: options.firstName ?? '',
      lastName: options.lastName ?? '',
      phone: options.phone ?? '',
      jobTitle: options.jobTitle ?? '',
      shared: options.shared ?? false,
      receivesNotifications: options.notifications ?? true,
      language: options.personLanguage ?? context.language,
      roleId: role.id,
      poolIds: pools.map((pool) => pool.id),
      idempotencyKey: randomUUID(),
    };
    const contact = await confirmed(context, client, () => client.people.createContact(person));
    return { json: { contact }, text: context.t('done.personAdded', { email: contact.email }) };
  });
}

export async function editPerson(
  context: Context,
  [name = '']: string[],
  options: DetailOptions,
): Promise<Result> {
  return withClient(context, async (client) => {
    const before = await findPerson(client, name);
    const role = options.role === undefined ? undefined : await findRole(context, client, options.role);
    const change = {
      firstName: options.firstName,
      lastName: options.lastName,
      phone: options.phone,
      jobTitle: options.jobTitle,
      shared: options.shared,
      receivesNotifications: options.notifications,
      roleId: role?.id,
    };
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    const contact = await confirmed(context, client, () =>
      client.people.updateContact({ id: before.id, revision: before.revision, ...given }),
    );
    return { json: { contact }, text: context.t('done.personChanged', { email: contact.email }) };
  });
}

export const suspendPerson = (context: Context, [name = '']: string[]) =>
  change(
    context,
    name,
    () => 'done.personSuspended',
    (client, id) => client.people.suspendContact({ id }),
  );

export const reactivatePerson = (context: Context, [name = '']: string[]) =>
  change(context, name, reactivated, (client, id) => client.people.reactivateContact({ id }));

export const resendInvitation = (context: Context, [name = '']: string[]) =>
  change(
    context,
    name,
    () => 'done.personResent',
    (client, id) => client.people.resendInvitation({ id }),
  );

export const resetPassword = (context: Context, [name = '']: string[]) =>
  change(context, name, reset, (client, id) => client.people.resetPassword({ id }));

export async function deletePerson(context: Context, [name = '']: string[]): Promise<Result> {
  return withClient(context, async (client) => {
    const { id, email } = await findPerson(client, name);
    await confirmed(context, client, () => client.people.deleteContact({ id }));
    return { json: { id, email }, text: context.t('done.personDeleted', { email }) };
  });
}

export async function listRoles(context: Context): Promise<Result> {
  const { t } = context;
  return withClient(context, async (client) => {
    const { roles, helpUrl } = await client.people.listRoles();
    const head = (['name', 'id', 'members', 'permissions'] as const).map((key) => t(`tables.${key}`));
    const rows = roles.map((role) => [
      roleName(context, role.key, role.name),
      role.key ?? role.id,
      String(role.members),
      role.permissions.join(' '),
    ]);
    return { json: { roles, helpUrl }, text: table(head, rows) };
  });
}

type DoneKey =
  | 'done.personSuspended'
  | 'done.personReactivated'
  | 'done.personUninvited'
  | 'done.personResent'
  | 'done.personReset';

/** The suspension ended the invitation of who had not come in yet. */
const reactivated = ({ state }: Contact): DoneKey =>
  state === 'expired' ? 'done.personUninvited' : 'done.personReactivated';

/** Who has no password yet was mailed the invitation again. */
const reset = ({ state }: Contact): DoneKey =>
  state === 'invited' ? 'done.personResent' : 'done.personReset';

async function change(
  context: Context,
  name: string,
  done: (contact: Contact) => DoneKey,
  work: (client: Client, id: string) => Promise<Contact>,
): Promise<Result> {
  if (name === '') throw new UsageError('usage.missingArgument', { name: 'person' });
  return withClient(context, async (client) => {
    const { id } = await findPerson(client, name);
    const contact = await confirmed(context, client, () => work(client, id));
    return { json: { contact }, text: context.t(done(contact), { email: contact.email }) };
  });
}
