import { chooseWay } from '../choose-way.ts';
import { type Context, type Result, UsageError } from '../context.ts';
import { type Client, requireKeeping, withClient } from '../open-client.ts';
import { readLine, readSecret } from '../read-secret.ts';

interface SignInOptions {
  readonly email?: string;
  readonly account?: string;
  readonly portal?: string;
}

/** Email and password, once; programs that wait for the sign-in start. A session that works stays until the new one is there. */
export async function signIn(context: Context, _args: string[], options: SignInOptions): Promise<Result> {
  return withClient(context, async (client, opened) => {
    await requireKeeping(opened);
    const before = await client.state.get();
    const address = 'portal' in before.setup ? before.setup.portal : before.settings.portal;
    if ((options.portal ?? address) === null) throw new UsageError('usage.noPortal');
    const known = before.setup.step === 'sign-in' ? before.setup.email : before.profile?.identity.email;
    const email = options.email ?? (known ? known : await readLine(context, 'email'));
    if (email === null) throw new UsageError('usage.missingArgument', { name: '--email' });
    const password = await readSecret(context, 'password');
    try {
      await chooseWay(client, 'cloud-signin', options.portal);
      // Who names a company enters that one or none.
      await client.setup.signIn({ email, password, choose: options.account !== undefined });
      const after = await client.state.get();
      if (after.setup.step === 'choose-account')
        await chooseAccount(client, after.setup.accounts, options.account);
    } catch (error) {
      // Back to what works; a sign-in that is the first stays where it is, for the next try.
      if (before.setup.step === 'done') await client.setup.cancel();
      throw error;
    }
    const { profile } = await client.state.get();
    const name = profile?.identity.name ?? email;
    const account = profile?.membership.account.name ?? '';
    return {
      json: { email: profile?.identity.email ?? email, name, account },
      text: context.t('done.signIn', { name, account }),
    };
  });
}

export async function signOut(context: Context): Promise<Result> {
  return withClient(context, async (client) => {
    const { told } = await client.session.signOut();
    return { json: { told }, text: context.t(told ? 'done.signOut' : 'done.signOutUntold') };
  });
}

type Accounts = readonly { readonly account: { readonly id: string; readonly name: string } }[];

async function chooseAccount(client: Client, accounts: Accounts, asked: string | undefined): Promise<void> {
  const names = accounts.map(({ account }) => `  ${account.name}  ${account.id}`);
  if (asked === undefined) throw new UsageError('usage.chooseAccount', {}, names);
  const wanted = asked.toLowerCase();
  const found = accounts.find(({ account }) => [account.id, account.name.toLowerCase()].includes(wanted));
  if (found === undefined) throw new UsageError('usage.noAccount', { name: asked }, names);
  await client.setup.chooseAccount({ accountId: found.account.id });
}
